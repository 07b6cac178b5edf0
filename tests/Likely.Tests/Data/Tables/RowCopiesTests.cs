using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Data.Tables;

/// <summary>Copies of training rows are told, and how near others come.</summary>
public sealed class RowCopiesTests
{
    [Fact]
    public void A_copy_is_at_no_distance_and_every_other_row_as_far_as_its_cells_differ()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.csv"], "kind,size\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{"abc"[i % 3]},{i % 20 * 2}\n")));
        using var data = Dataset.Open(folder["t.csv"], DataOptions.Default with { Validation = 0 });
        var table = (TableTokens)data.Tokens!;
        var levels = table.Space.AlphabetAt(1).Size - table.Space.AlphabetAt(1).Names;
        Assert.Equal(new RowCopies(1, 1, 0), RowCopies.Of([table.Row(["a", "0"])], data.Train));
        Assert.Equal(1.0 / (levels - 1) / 2, RowCopies.Of([table.Row(["a", "40"])], data.Train).Distance, 12); // a level beyond the last
        Assert.Equal(0.5, RowCopies.Of([table.Row(["", "8"])], data.Train).Distance, 12);
    }
}
