using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>One item that somebody holds in memory: symbols, or if those are none real numbers.</summary>
sealed class MemoryItem(int[] symbols, float[] values, Space space) : SymbolItems
{
    public override int Count => 1;
    public override Space SpaceOf(int index) => space;
    public override int Label(int index) => -1;
    public override string NameOf(int index) => "the item";
    public override double Place(int index) => Partition.Place(Hash(index)!.Value, 0);
    public override IEnumerable<UInt128> Pieces(int index) => [Hash(index)!.Value];
    public override string Fingerprint() => $"{Hash(0):x32}";

    public override UInt128? Hash(int index) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(symbols.Length > 0 ? MemoryMarshal.AsBytes(symbols.AsSpan()) : MemoryMarshal.AsBytes(values.AsSpan())));

    public override void Read(int index, int first, Span<int> target, ulong epoch, bool training, CancellationToken cancellation = default) => symbols.AsSpan(first, target.Length).CopyTo(target);

    public override void Read(int index, Span<byte> target, ulong epoch, bool training)
    {
        for (var i = 0; i < target.Length; i++) target[i] = (byte)symbols[i];
    }

    public override void ReadValues(int index, int first, Span<float> target)
    {
        if (symbols.Length > 0) base.ReadValues(index, first, target);
        values.AsSpan(first, target.Length).CopyTo(target);
    }
}
