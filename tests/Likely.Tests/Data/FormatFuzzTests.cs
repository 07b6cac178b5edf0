using System.Buffers.Binary;
using Likely.Data;
using Likely.Tensors;
using Likely.Tests.Data.Sound;
using Likely.Tests.Data.Text;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>
/// Mutated files: a reader either succeeds or throws a DataException, and takes little memory. The environment variable
/// LIKELY_FUZZ sets the number of inputs per format (100000 for a full run).
/// </summary>
public sealed class FormatFuzzTests
{
    static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("LIKELY_FUZZ"), out var count) ? count : 10_000;

    [Fact]
    public void Png_reader_survives_mutation()
    {
        byte[][] seeds =
        [
            Samples.Png(7, 9, 8, 0, false, (i, j, _) => i * j),
            Samples.Png(7, 9, 16, 6, true, (i, j, c) => c == 3 ? 65535 : i * j * 99),
            Samples.Png(8, 5, 4, 3, false, (i, j, _) => i + j & 7, ("PLTE", Samples.RandomBytes(24)), ("tRNS", [255, 255])),
            Samples.Png(9, 9, 2, 0, true, (i, j, _) => i + j & 3),
            Samples.PngFile(Samples.PngHeader(1, 1, 8, 0, false), [0x78, 0xBB, 0, 0, 0, 1, 0]), // asks for a preset dictionary
        ];
        Fuzz("png", seeds, (file, random, n) =>
        {
            if (n % 4 != 0) RepairCheckSums(file);
            Png.Decode(file, "fuzz.png");
        });
    }

    [Fact]
    public void Png_reader_survives_mutated_scan_lines()
    {
        var rows = Samples.RandomBytes(9 * 20);
        for (var i = 0; i < rows.Length; i += 20) rows[i] = (byte)(i / 20 % 5);
        Fuzz("scan lines", [rows], (raw, random, n) =>
        {
            int depth = 1 << random.Below((ulong)n, 900, 5), color = random.Below((ulong)n, 901, 7), height = random.Below((ulong)n, 902, 12), width = random.Below((ulong)n, 903, 22);
            Png.Decode(Samples.PngFile(Samples.PngHeader(height, width, depth, color, n % 2 == 0), Samples.Zlib(raw), ("PLTE", rows[..30])), "fuzz.png");
        });
    }

    [Fact]
    public void Pnm_reader_survives_mutation() => Fuzz("pnm",
        [[.. "P5 3 2\n255\n"u8, 1, 2, 3, 4, 5, 6], [.. "P3\n# a\n2 1 15\n1 2 3 4 5 6"u8], [.. "P1 4 1 0101"u8], [.. "P6 1 1 65535\n"u8, 1, 2, 3, 4, 5, 6]],
        (file, _, _) => Pnm.Decode(file, "fuzz.pgm"));

    [Fact]
    public void Wav_reader_survives_mutation()
    {
        var samples = Samples.RandomBytes(48);
        byte[][] seeds =
        [
            WavFiles.Of(samples, channels: 2, before: [("LIST", [1, 2, 3])], after: [("id3 ", [4])]), WavFiles.Of(samples, bits: 24), WavFiles.Of(samples, bits: 64, kind: 3), WavFiles.Extensible(samples, kind: 1, bits: 8), WavFiles.Long(samples),
            WavFiles.Of(samples, length: uint.MaxValue, riff: 0),
        ];
        Fuzz("wav", seeds, (file, _, _) =>
        {
            var bytes = ByteStore.OfMemory("fuzz.wav", file);
            var header = WavHeader.Of(bytes);
            using var store = new SoundStore(bytes, header, header.Rate == 8000 ? new RateChange(8000, 6000) : null);
            var all = new byte[store.Length];
            store.Read(0, all);
        });
    }

    [Fact]
    public void Idx_reader_survives_mutation() => Fuzz("idx", [Samples.Idx(Samples.RandomBytes(12), 3, 2, 2), Samples.Idx(Samples.RandomBytes(6), 3, 2)],
        (file, _, _) => ReadLast(Array(ByteStore.OfMemory("fuzz-ubyte", file))));

    [Fact]
    public void Packed_idx_reader_survives_mutation() => Fuzz("idx.gz",
        [Samples.Gzip(Samples.Idx(Samples.RandomBytes(48), 3, 4, 4)), Samples.Gzip(Samples.Idx(new byte[3000], 3, 1000))],
        (file, _, _) => ReadLast(Array(ByteStore.OfGzip("fuzz-ubyte.gz", () => new MemoryStream(file), head => Idx.Parse(head, "fuzz").FileLength))));

    [Fact]
    public void Vocabulary_readers_survive_mutation()
    {
        using var samples = new Samples();
        byte[] symbols = File.ReadAllBytes(Path.Combine(PairTokensTests.Folder, "vocab.json")), merges = File.ReadAllBytes(Path.Combine(PairTokensTests.Folder, "merges.txt"));
        foreach (var (name, seed) in ((string, byte[])[])[("vocab.json", symbols), ("merges.txt", merges), ("tokenizer.json", PairVocabularyTests.File())])
        {
            samples.File("vocab.json", symbols);
            samples.File("merges.txt", merges);
            Fuzz(name, [seed], (file, _, _) => Tokens.Read(samples.File(name, file)), Count / 8);
        }
        Fuzz("tokens", [System.Text.Encoding.ASCII.GetBytes(PairTokensTests.Small.ToText())], (text, _, _) => Tokens.Parse(System.Text.Encoding.Latin1.GetString(text)), Count / 4);
    }

    [Fact]
    public void Story_reader_survives_mutation()
    {
        using var samples = new Samples();
        var archive = StorySamples.Tar(("reut2-000.sgm", StorySamples.Dozen));
        Fuzz("stories", [StorySamples.Dozen, archive], (file, _, _) => Dataset.Open(samples.File("x.sgm", file), new DataOptions { As = Modality.Words }).Dispose(), Count / 16);
        Fuzz("words", ["words 17.0 9\nsea 3\nship 1\n"u8.ToArray()], (text, _, _) => WordVocabulary.FromText(System.Text.Encoding.Latin1.GetString(text)), Count / 4);
    }

    [Fact]
    public void Npy_reader_survives_mutation() => Fuzz("npy",
        [
            Samples.Npy("|u1", "3, 2, 2", Samples.RandomBytes(12)),
            Samples.Npy("<f4", "2, 2", Samples.Floats(0, 0.5f, 0.25f, 1), version: 2),
            Samples.Npy("|b1", "4, 2, 2, 1", [0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0]),
            Samples.Npy(">i2", "2, 3, 2", [.. Enumerable.Range(0, 24).Select(i => (byte)(i % 2 == 0 ? 0 : 7 * i))], order: "True"),
            [0x93, .. "NUMPY"u8, 1, 0, 60, 0, .. "{\"shape\":(2, 1,2,),\"fortran_order\" : False, \"descr\":\"<u8\"}   \n"u8, .. new byte[24], 200, .. new byte[7]],
        ],
        (file, _, _) => ReadLast(Array(ByteStore.OfMemory("fuzz.npy", file))));

    [Fact]
    public void Npy_header_parser_survives_mutation() => Fuzz("npy header",
        [
            [.. "{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }"u8],
            [.. "{\"shape\":(1_000L,),\n\"descr\":[('a', \"<f4\"), ('b', '<i8', (2,))],\t\"fortran_order\":True}"u8],
            [.. "{'descr': u'>i8', 'shape': (((2)), -3), 'fortran_order': [None, {'x': (1,)}]}"u8],
        ],
        (header, _, n) => Npy.Parse([0x93, .. "NUMPY"u8, (byte)(1 + n % 3), 0, (byte)header.Length, (byte)(header.Length >> 8), .. n % 3 > 0 ? (byte[])[0, 0] : [], .. header], "fuzz.npy"));

    [Fact]
    public void Label_reader_survives_mutation()
    {
        using var samples = new Samples();
        Fuzz("labels", [Samples.Idx([0, 1, 2], 3), Samples.Npy("<i8", "3,", new byte[24]), Samples.Npy("<f4", "3, 1", Samples.Floats(1, 2, 26))],
            (file, _, _) => ItemLabels.Read(samples.File("labels", file), 3), Count / 20);
    }

    [Fact]
    public void Whole_data_sets_survive_mutation()
    {
        using var samples = new Samples();
        samples.File("a-labels-idx1-ubyte", Samples.Idx([0, 1, 2], 3));
        Fuzz("files", [Samples.Idx(Samples.RandomBytes(12), 3, 2, 2)], (file, _, _) =>
        {
            using var data = Dataset.Open(samples.File("a-images-idx3-ubyte", file), DataOptions.Default);
            data.All.Read(data.All.Count - 1, new byte[data.Space.Dimensions]);
        }, Count / 20);
    }

    static ArraySource Array(ByteStore bytes)
    {
        var source = new ArraySource(ArrayFile.Of(bytes), null, DataOptions.Default);
        source.Use(ArrayScale.Of([source], DataOptions.Default, default));
        return source;
    }

    static void ReadLast(ItemSource source)
    {
        using (source) source.Read(source.Count - 1, new byte[source.SpaceOf(0).Dimensions]);
    }

    static void Fuzz(string name, byte[][] seeds, Action<byte[], Philox, int> read, int? limit = null)
    {
        var inputs = limit ?? Count;
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash(name));
        int accepted = 0, refused = 0;
        for (var n = 0; n < inputs; n++)
        {
            var file = Mutate(seeds[n % seeds.Length], random, (ulong)n);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(file, random, n);
                accepted++;
            }
            catch (DataException error)
            {
                refused++;
                Assert.True(error.Message.Length < 500 && !error.Message.Contains('\n'), $"{name}, input {n}: not one plain sentence: {error.Message}");
            }
            catch (Exception error)
            {
                Assert.Fail($"{name}, input {n}: {error}");
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20, $"{name}, input {n} took too much memory");
        }
        Assert.True(refused > inputs / 10 && (accepted > 0 || inputs < 1000), $"{name}: {accepted} accepted, {refused} refused: the mutations do not test much");
    }

    static byte[] Mutate(byte[] seed, Philox random, ulong n)
    {
        List<byte> file = [.. seed];
        var changes = 1 + random.Below(n, 0, 4);
        for (var k = 1UL; k <= (ulong)changes && file.Count > 0; k++)
        {
            int at = random.Below(n, 10 * k, file.Count), value = random.Below(n, 10 * k + 1, 256);
            switch (random.Below(n, 10 * k + 2, 7))
            {
                case 0: file[at] = (byte)value; break;
                case 1: file[at] ^= (byte)(1 << value % 8); break;
                case 2: file.RemoveRange(at, file.Count - at); break;
                case 3: file.RemoveRange(at, Math.Min(file.Count - at, 1 + value % 5)); break;
                case 4: file.InsertRange(at, file.GetRange(at, Math.Min(file.Count - at, value))); break;
                case 5: file[at] = value % 2 == 0 ? (byte)255 : (byte)0; break;
                default:
                    for (var i = at; i < Math.Min(file.Count, at + 4); i++) file[i] = value % 3 == 0 ? (byte)255 : (byte)random.Below(n, 10 * k + 3 + (ulong)i, 256);
                    break;
            }
        }
        return [.. file];
    }

    static void RepairCheckSums(byte[] file)
    {
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12) return;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Samples.Crc(file.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }
}
