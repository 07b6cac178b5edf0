using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Tests.Archives;

/// <summary>Tables of names, numbers and dates as inputs of archives, and a model whose weights say little of them: still less than their bytes.</summary>
static class TableFiles
{
    /// <summary>A table of so many rows, which depend on their number alone; here and there a cell is missing or written otherwise.</summary>
    public static void Write(string path, int rows)
    {
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("table"));
        string[] kinds = ["sandstone", "\"limestone, grey\"", "basalt", "granite"];
        File.WriteAllText(path, "kind,depth,share,taken\n" + string.Concat(Enumerable.Range(0, rows).Select(i => FormattableString.Invariant(
            $"{kinds[random.Below((ulong)i, 0, kinds.Length)]},{(i % 13 == 5 ? "" : i % 17 == 9 ? "unknown" : $"{100 + random.Below((ulong)i, 1, 5000)}")},{(decimal)random.Below((ulong)i, 2, 10_000) / 10_000},{new DateTime(2024, 1, 1).AddDays(random.Below((ulong)i, 3, 300)):yyyy-MM-dd}\n"))));
    }

    /// <summary>A model of such tables as a trained one.</summary>
    /// <param name="path">Where the table that tells its columns is written.</param>
    public static Checkpoint Checkpoint(string path)
    {
        Write(path, 400);
        using var data = Dataset.Open(path, DataOptions.Default with { Validation = 0 });
        return new(new MadeConfig { Hidden = 8, Masks = 2, Orderings = 2, Components = 2 }.Build(data.Space, 0, 20260101), [], data.Options.ToCanonical()) { Assets = new SortedDictionary<string, string> { ["tokens"] = data.Tokens!.ToText() } };
    }
}
