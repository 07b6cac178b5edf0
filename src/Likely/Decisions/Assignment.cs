namespace Likely;

/// <summary>
/// Who does what so that all together are worth most, one to one: the Hungarian method in its form with shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987). Of workers and tasks the fewer are all assigned.
/// </summary>
static class Assignment
{
    /// <summary>The task of each worker, or -1.</summary>
    /// <param name="worth">[workers, tasks], finite.</param>
    public static int[] Most(double[,] worth)
    {
        int workers = worth.GetLength(0), tasks = worth.GetLength(1), size = Math.Max(workers, tasks);
        double[] ofRow = new double[size + 1], ofColumn = new double[size + 1];
        int[] rowOf = new int[size + 1], before = new int[size + 1]; // counted from 1; column 0 is where a search begins
        for (var row = 1; row <= size; row++)
        {
            rowOf[0] = row;
            var (column, least, seen) = (0, new double[size + 1], new bool[size + 1]);
            Array.Fill(least, double.PositiveInfinity);
            do
            {
                seen[column] = true;
                var (at, next, step) = (rowOf[column], 0, double.PositiveInfinity);
                for (var other = 1; other <= size; other++)
                {
                    if (seen[other]) continue;
                    // Whoever is left over costs nothing.
                    var cost = (at <= workers && other <= tasks ? -worth[at - 1, other - 1] : 0) - ofRow[at] - ofColumn[other];
                    if (cost < least[other]) (least[other], before[other]) = (cost, column);
                    if (least[other] < step) (step, next) = (least[other], other);
                }
                for (var other = 0; other <= size; other++)
                    if (seen[other])
                    {
                        ofRow[rowOf[other]] += step;
                        ofColumn[other] -= step;
                    }
                    else least[other] -= step;
                column = next;
            }
            while (rowOf[column] != 0);
            for (; column != 0; column = before[column]) rowOf[column] = rowOf[before[column]];
        }
        var result = new int[workers];
        Array.Fill(result, -1);
        for (var column = 1; column <= tasks; column++)
            if (rowOf[column] <= workers) result[rowOf[column] - 1] = column - 1;
        return result;
    }
}
