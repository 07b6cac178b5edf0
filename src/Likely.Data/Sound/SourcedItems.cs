using System.Buffers.Binary;
using System.Security.Cryptography;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Files of sound, each given the symbols of the <see cref="SourceFile"/> beside it, which are held as bytes. What they hold and are called, and their places in any even draw, are the sounds' own;
/// what tells one from another, and the fingerprint, are of both.
/// </summary>
sealed class SourcedItems : SymbolItems
{
    const long MostHeld = 1 << 28;

    readonly TokenItems _sounds;
    readonly byte[][] _sources;

    /// <param name="sounds">The sounds, of which this disposes.</param>
    /// <param name="paths">The paths of their files.</param>
    /// <param name="ending">How names of those beside them end.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DataException">There is none beside a sound, it cannot be read or is empty, or there are too many symbols.</exception>
    public SourcedItems(TokenItems sounds, IReadOnlyList<string> paths, string ending, CancellationToken cancellation)
    {
        (_sounds, _sources) = (sounds, new byte[sounds.Count][]);
        var held = 0L;
        for (var index = 0; index < _sources.Length; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sound = paths[sounds.FileOf(index)];
            var path = SourceFile.PathOf(sound, ending);
            if (path == sound) throw new DataException($"beside={ending} is the ending of '{sound}' itself; use that of the files beside the sounds.");
            if (!sounds.BeginsFile(index)) throw new DataException($"'{sound}' is too long to be given what is beside it; cut both.");
            if (!File.Exists(path)) throw new DataException($"There is no '{path}' beside '{sound}', whose symbols beside={ending} says it is given; make it, or move the sound elsewhere.");
            _sources[index] = Array.ConvertAll(SourceFile.Read(path), symbol => (byte)symbol);
            held += _sources[index].Length;
            if (held > MostHeld) throw new DataException($"The files beside the sounds have more than {MostHeld} symbols together; let each stand for more samples.");
            Longest = Math.Max(Longest, _sources[index].Length);
        }
    }

    /// <summary>Symbols of the longest source.</summary>
    public int Longest { get; } = 1;

    public override int Count => _sounds.Count;
    public override Space SpaceOf(int index) => _sounds.SpaceOf(index) with { Source = Longest };
    public override int Label(int index) => _sounds.Label(index);
    public override string NameOf(int index) => _sounds.NameOf(index);
    public override double Place(int index) => _sounds.Place(index);
    public override IEnumerable<UInt128> Pieces(int index) => _sounds.Pieces(index);
    public override int[] Source(int index) => Array.ConvertAll(_sources[index], value => (int)value);
    private protected override void Close() => _sounds.Dispose();

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default) => _sounds.Read(index, first, symbols, epoch, training, cancellation);

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) => _sounds.Read(index, symbols, epoch, training);

    /// <summary>SHA-256 over the sound's hash (little-endian) and the symbols.</summary>
    public override UInt128? Hash(int index)
    {
        var bytes = new byte[16 + _sources[index].Length];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, _sounds.Hash(index) ?? 0);
        _sources[index].CopyTo(bytes, 16);
        return BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(bytes));
    }

    /// <summary>SHA-256 over the sounds' fingerprint in its hexadecimal digits, and of each source its length (i32) and symbols.</summary>
    public override string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.ASCII.GetBytes(_sounds.Fingerprint()));
        Span<byte> length = stackalloc byte[4];
        foreach (var source in _sources)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, source.Length);
            hash.AppendData(length);
            hash.AppendData(source);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What there is to say of lengths, for people, and whether some symbols last longer or shorter than they should by more than two of the usual ones.</summary>
    public (string Words, string? Note) Describe()
    {
        var (least, most, total, narrow, wide, usual) = (int.MaxValue, 0, 0L, double.PositiveInfinity, 0.0, (double)_sounds.Longest / Longest);
        var unfit = 0;
        for (var index = 0; index < Count; index++)
        {
            var (symbols, samples) = (_sources[index].Length, _sounds.LengthOf(index));
            (least, most, total) = (Math.Min(least, symbols), Math.Max(most, symbols), total + symbols);
            (narrow, wide) = (Math.Min(narrow, (double)samples / symbols), Math.Max(wide, (double)samples / symbols));
            if (Math.Abs(samples - usual * symbols) > 2 * usual) unfit++;
        }
        return (FormattableString.Invariant($"{Count} of {least} to {most} symbols, {total} together; {narrow:0.0} to {wide:0.0} samples a symbol"),
            unfit == 0 ? null : FormattableString.Invariant($"{unfit} of {Count} sounds end more than two symbols before or behind what {usual:0.0} samples a symbol, as of the longest, say: what is given is in time with a sound from its beginning on, each symbol as long"));
    }
}
