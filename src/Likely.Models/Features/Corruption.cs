using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// What a denoising autoencoder is given in place of rows (Vincent et al. 2010, sec. 3.3): numbers that are 0 with a probability, numbers with Gaussian noise, or numbers that are with a probability the least or the
/// greatest there is. Which numbers are hit depends on (seed, step, example, column) alone.
/// </summary>
/// <param name="kind">none, masking, gaussian or salt-and-pepper.</param>
/// <param name="amount">The probability, or the noise's deviation.</param>
/// <param name="least">Of all numbers.</param>
/// <param name="greatest">Of all numbers.</param>
sealed unsafe class Corruption(string kind, double amount, float least = 0, float greatest = 1)
{
    /// <summary>The words of the key.</summary>
    public const string None = "none", Masking = "masking", Gaussian = "gaussian", SaltAndPepper = "salt-and-pepper";

    static readonly ulong _path = Philox.Hash("corruption");

    /// <summary>One for such rows, with the least and the greatest of their numbers.</summary>
    public static Corruption For(string kind, double amount, RowBlocks rows)
    {
        if (kind != SaltAndPepper) return new(kind, amount);
        var (least, greatest) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var block = 0; block < rows.Count; block++)
            for (var i = 0; i < rows.RowsOf(block); i++)
                foreach (var value in rows[block][i]) (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        return new(kind, amount, least, greatest);
    }

    /// <summary>The rows of a batch as they are given, or if nothing is changed the rows themselves.</summary>
    public Matrix Apply(RowBatch batch, ulong seed)
    {
        var rows = batch.Rows;
        if (kind == None || amount <= 0) return rows;
        var given = batch.Beside(0, rows.Columns);
        var random = new Philox(seed, RandomPurpose.Augmentation, _path);
        var keys = stackalloc uint[20];
        Dropout.Keys(random, keys);
        for (var i = 0; i < batch.Count; i++)
        {
            var major = (ulong)batch.Step << 32 | (uint)(batch.First + i);
            if (kind == Masking)
            {
                Dropout.Row(keys, major, 0, (ushort)(amount * 65536.0), 1, rows.Row(i), given.Row(i), rows.Columns, add: false);
                continue;
            }
            Span<float> from = rows[i], to = given[i];
            for (var d = 0; d < to.Length; d++)
                if (kind == Gaussian) to[d] = (float)(from[d] + amount * random.Normal(major, (ulong)d));
                else
                {
                    var (drawn, coin, _, _) = random.Block(major, (ulong)d);
                    to[d] = (drawn >> 8) * (1f / (1 << 24)) >= amount ? from[d] : (coin & 1) == 0 ? least : greatest;
                }
        }
        GC.KeepAlive(rows);
        GC.KeepAlive(given);
        return given;
    }
}
