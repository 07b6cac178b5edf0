using System.Globalization;
using System.Runtime.InteropServices;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Benchmarks;

/// <summary>
/// Searching random binary codes on one thread: 64 bits by a scan and by multi-index hashing, 20 bits by direct addressing, few codes and many. Only measured when asked for by name, as ten million codes take a moment to put in order.
/// </summary>
public static unsafe class SearchBenchmarks
{
    const int Few = 10_000, Many = 10_000_000, Top = 10, Together = 64;

    // Ways, sizes, and what is asked for: all within a radius, or the nearest.
    static readonly (string Way, int Bits, int Count, int? Radius)[] Cases =
    [
        ("scan", 64, Many, null), ("scan", 64, Many, 4),
        ("multi-index", 64, Many, 0), ("multi-index", 64, Many, 2), ("multi-index", 64, Many, 4), ("multi-index", 64, Many, null),
        ("direct", 20, Few, 0), ("direct", 20, Few, 1), ("direct", 20, Few, 2), ("direct", 20, Few, null),
        ("direct", 20, Many, 0), ("direct", 20, Many, 1), ("direct", 20, Many, 2), ("direct", 20, Many, null),
    ];

    /// <summary>The benchmarks whose names <paramref name="wanted"/> accepts.</summary>
    public static IEnumerable<Benchmark> All(Func<string, bool> wanted)
    {
        (string, int, int) made = default;
        Codes? codes = null;
        foreach (var (way, bits, count, radius) in Cases)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"search {way}, {count} codes of {bits} bits, {(radius is null ? $"top {Top}" : $"radius {radius}")}");
            if (!wanted(name)) continue;
            if (made != (way, bits, count))
            {
                codes?.Dispose();
                codes = new Codes(bits, count, way != "scan");
                made = (way, bits, count);
            }
            var (held, next) = (codes!, 0);
            var (some, most) = (way == "scan" ? 1 : Together, radius is null ? Top : int.MaxValue);
            yield return new Benchmark(name, 0, some, () =>
            {
                for (var q = 0; q < some; q++) held.Find(next++, radius ?? bits, most);
            });
        }
        codes?.Dispose();
    }

    // Codes and tables outside of managed memory, as in a mapped file.
    sealed class Codes : IDisposable
    {
        readonly List<nint> _blocks = [];
        readonly CodeTables _tables;
        readonly Philox _queries = new(2, RandomPurpose.Test);
        readonly ulong _mask;

        public Codes(int bits, int count, bool hasTables)
        {
            _mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
            var codes = new Span<ulong>((void*)Room(sizeof(ulong) * (nuint)count), count);
            var random = new Philox(1, RandomPurpose.Test);
            for (var i = 0; i < count; i++) codes[i] = Word(random, (ulong)i);
            AddressTable[] parts = hasTables ? AddressTable.For(bits, count) : [];
            var tables = new (nint, nint)[parts.Length];
            for (var t = 0; t < parts.Length; t++)
            {
                var length = (1 << parts[t].Length) + 1;
                tables[t] = (Room(sizeof(uint) * (nuint)length), Room(sizeof(uint) * (nuint)count));
                parts[t].Fill(codes, 1, new Span<uint>((void*)tables[t].Item1, length), new Span<uint>((void*)tables[t].Item2, count));
            }
            _tables = new CodeTables(new IndexDescription { Bits = bits, Count = count, Tables = parts }, "random codes", (ulong*)_blocks[0], tables);
        }

        public int Find(int query, int radius, int most) => _tables.Find([Word(_queries, (ulong)query)], radius, most, default).Count;

        public void Dispose()
        {
            foreach (var block in _blocks) NativeMemory.AlignedFree((void*)block);
        }

        ulong Word(Philox random, ulong index)
        {
            var (a, b, _, _) = random.Block(0, index);
            return ((ulong)a << 32 | b) & _mask;
        }

        nint Room(nuint bytes)
        {
            var block = (nint)NativeMemory.AlignedAlloc(bytes, 64);
            _blocks.Add(block);
            return block;
        }
    }
}
