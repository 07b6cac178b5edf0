using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>How often pixels of a black and white picture are 0 and 1 beside the same six before them: two to the left, three above and one above these; beyond the edges there is white.</summary>
public static unsafe class NeighbourCounts
{
    /// <summary>What six neighbours can be.</summary>
    public const int Contexts = 64;

    const int Lanes = 32, MostPixels = 1 << 28;

    /// <summary>Counts all pixels.</summary>
    /// <param name="item">[height, width].</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="counts">Receives how many are 0 in each context, then how many are 1, [2, 64].</param>
    /// <exception cref="ArgumentException">A pixel is neither 0 nor 1, there are no whole rows or more than 2^28 of them, or no room for the counts.</exception>
    public static void Count(ReadOnlySpan<int> item, int width, Span<int> counts)
    {
        // A pixel a byte, in rows with white around, as many at once as a vector has; counts take turns in four tables, as one would wait for itself where neighbours are alike.
        const int Table = 2 * Contexts, Rows = 4;
        if (width < 1 || item.IsEmpty || item.Length % width != 0 || item.Length > MostPixels || counts.Length < Table) throw new ArgumentException($"{item.Length} pixels are no rows of {width}, or {counts.Length} numbers are too few for counts", nameof(item));
        if (item.ContainsAnyExceptInRange(0, 1)) throw new ArgumentException("A black and white picture has pixels 0 and 1 alone.", nameof(item));
        var tables = stackalloc int[4 * Table];
        new Span<int>(tables, 4 * Table).Clear();
        var padded = (width + Lanes - 1) / Lanes * Lanes;
        var (length, within) = (padded + 2 * Lanes, Vector256.LessThan(Vector256<byte>.Indices, Vector256.Create((byte)(width - padded + Lanes))));
        var rented = ArrayPool<byte>.Shared.Rent(Rows * length);
        rented.AsSpan(0, Rows * length).Clear();
        fixed (int* pixels = item)
        fixed (byte* rows = rented)
        {
            byte* row = rows + Lanes, above = row + length, higher = above + length, next = higher + length;
            Pack(pixels, row, width);
            for (var first = width; first <= item.Length; first += width)
            {
                if (first < item.Length) Pack(pixels + first, next, width); // early: what was just written piece by piece is slow to be read as a whole
                for (var x = 0; x < padded; x += Lanes)
                {
                    var places = Vector256.Load(row + x);
                    places = places + places + Vector256.Load(higher + x);
                    places = places + places + Vector256.Load(above + x + 1);
                    places = places + places + Vector256.Load(above + x - 1);
                    places = places + places + Vector256.Load(above + x);
                    places = places + places + Vector256.Load(row + x - 2);
                    places = places + places + Vector256.Load(row + x - 1);
                    if (x == padded - Lanes) places &= within;
                    if (places == Vector256<byte>.Zero)
                    {
                        tables[0] += Lanes;
                        continue;
                    }
                    var eights = places.AsUInt64();
                    Add(tables, eights[0]);
                    Add(tables, eights[1]);
                    Add(tables, eights[2]);
                    Add(tables, eights[3]);
                }
                tables[0] -= padded - width;
                var last = higher;
                higher = above;
                above = row;
                row = next;
                next = last;
            }
        }
        ArrayPool<byte>.Shared.Return(rented);
        for (var i = 0; i < Table; i += Vector256<int>.Count)
            (Vector256.Load(tables + i) + Vector256.Load(tables + Table + i) + Vector256.Load(tables + 2 * Table + i) + Vector256.Load(tables + 3 * Table + i)).CopyTo(counts[i..]);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Add(int* counts, ulong eight)
        {
            if (eight == 0)
            {
                counts[0] += sizeof(ulong);
                return;
            }
            counts[(byte)eight]++;
            (counts + Table)[(byte)(eight >> 8)]++;
            (counts + 2 * Table)[(byte)(eight >> 16)]++;
            (counts + 3 * Table)[(byte)(eight >> 24)]++;
            counts[(byte)(eight >> 32)]++;
            (counts + Table)[(byte)(eight >> 40)]++;
            (counts + 2 * Table)[(byte)(eight >> 48)]++;
            (counts + 3 * Table)[(byte)(eight >> 56)]++;
        }
    }

    // Zeros and ones as bytes.
    static void Pack(int* pixels, byte* row, int width)
    {
        const int Step = 16;
        for (var x = 0; x < width && width < Step; x++) row[x] = (byte)pixels[x];
        for (var x = 0; x < width && width >= Step; x += Step)
        {
            var at = Math.Min(x, width - Step); // the last ones may overlap
            var words = Vector256.Narrow(Vector256.Load(pixels + at), Vector256.Load(pixels + at + Step / 2));
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().Store(row + at);
        }
    }
}
