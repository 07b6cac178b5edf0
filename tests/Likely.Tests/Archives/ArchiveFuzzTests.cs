using System.Buffers.Binary;
using System.Globalization;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>
/// Mutated, cut and spliced archives are refused by an <see cref="ArchiveException"/>, or restore what was put in, and take little memory.
/// Ten times LIKELY_FUZZ is the number of inputs, eight for whole archives and two for their directories, so 1,000,000 in a full run; input i
/// depends on i alone, so a failure names what to repeat.
/// </summary>
public sealed class ArchiveFuzzTests
{
    const long MostMemory = 64 << 20; // beyond what a sound archive takes

    static readonly int _inputs = int.TryParse(Environment.GetEnvironmentVariable("LIKELY_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 10_000;
    static readonly int _archives = 8 * _inputs, _directories = 2 * _inputs;

    readonly ArchiveModel _model = new(IdxFiles.Checkpoint(LawCases.Find("made: binary")));

    [Fact]
    public void A_mutated_archive_is_refused_in_plain_words()
    {
        using var folder = new TemporaryFolder();
        RequireRefusal(Make(folder, "one", 40, embed: false), Make(folder, "other", 41, embed: true), _model.Checkpoint, _archives);
    }

    [Fact]
    public void A_mutated_archive_of_a_table_is_refused_in_plain_words()
    {
        using var folder = new TemporaryFolder();
        var model = TableFiles.Checkpoint(folder["model.csv"]);
        var made = Array.ConvertAll((int[])[60, 61], count =>
        {
            TableFiles.Write(folder[$"{count}.csv"], count);
            Archive.Compress(model, [folder[$"{count}.csv"]], folder[$"{count}.lka"], new ArchiveOptions { Threads = 1 });
            using var archive = ArchiveReader.Open(folder[$"{count}.lka"]);
            Assert.True(archive.NeedsModel);
            return File.ReadAllBytes(folder[$"{count}.lka"]);
        });
        RequireRefusal(made[0], made[1], model, _inputs);
    }

    static void RequireRefusal(byte[] one, byte[] other, Checkpoint model, int inputs)
    {
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("archive"));
        int refused = 0, sound = 0;
        for (var i = 0; i < inputs; i++)
        {
            var input = Mutate(i % 2 == 0 ? one : other, i % 2 == 0 ? other : one, random, (ulong)i);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var archive = ArchiveReader.Open(input, "mutated");
                archive.EmbeddedModel();
                Archive.Verify(archive, model, new ArchiveOptions { Threads = 1 });
                sound++;
            }
            catch (ArchiveException fault)
            {
                Assert.True(fault.Message.Length > 20 && !fault.Message.Contains('\n'), $"input {i}: {fault.Message}");
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"input {i} ({Convert.ToHexString(input)}) gave {fault}");
            }
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < MostMemory, $"input {i} ({input.Length} bytes) made the reader allocate {taken} bytes");
        }
        Assert.True(refused > inputs / 2, $"{refused} refused, {sound} read");
    }

    [Fact]
    public void A_mutated_directory_with_a_right_check_sum_is_refused_or_leads_nowhere()
    {
        using var folder = new TemporaryFolder();
        var seed = Make(folder, "seed", 40, embed: false);
        var header = seed[..ArchiveHeader.Length];
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(seed.AsSpan(seed.Length - 8)) + ArchiveHeader.FooterLength;
        var directory = ArchiveHeader.UnpackDirectory(header, seed[^footerLength..]);
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("directory"));
        var allowed = new[] { folder["seed.lka"], folder["in"] };
        var refused = 0;
        for (var i = 0; i < _directories; i++)
        {
            var bytes = new List<byte>(directory);
            ulong minor = 0;
            int Below(int bound) => random.Below((ulong)i, minor++, bound);
            for (var edits = 1 + Below(3); edits > 0; edits--)
            {
                var at = Below(bytes.Count);
                switch (Below(5))
                {
                    case 0: bytes[at] = (byte)Below(256); break;
                    case 1: bytes[at] = (byte)"./\\:"[Below(4)]; break;
                    case 2: bytes.Insert(at, (byte)Below(256)); break;
                    case 3: if (bytes.Count > 1) bytes.RemoveAt(at); break;
                    default: bytes.InsertRange(at, "../"u8.ToArray()); break;
                }
            }
            byte[] input = [.. seed[..^footerLength], .. ArchiveHeader.CreateFooter(header, [.. bytes], seed[^44..^12])];
            var reached = false;
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var archive = ArchiveReader.Open(input, "mutated");
                reached = true;
                Archive.Decompress(archive, _model.Checkpoint, folder["out"], new ArchiveOptions { Threads = 1 });
            }
            catch (Exception fault) when (fault is ArchiveException or UsageException)
            {
                Assert.False(reached && Directory.Exists(folder["out"]), $"input {i} left something behind");
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"input {i} ({Convert.ToHexString([.. bytes])}) gave {fault}");
            }
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < MostMemory, $"input {i} made the reader allocate {taken} bytes");
            if (!reached) continue;
            if (Directory.Exists(folder["out"])) Directory.Delete(folder["out"], recursive: true);
            foreach (var there in Directory.EnumerateFileSystemEntries(folder.Path)) Assert.Contains(there, allowed);
        }
        Assert.True(refused > _directories / 2, $"{refused} of {_directories} refused");
    }

    [Fact]
    public void Every_prefix_of_an_archive_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = Make(folder, "whole", 12, embed: false);
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.Throws<ArchiveException>(() => ArchiveReader.Open(cut, "cut").Dispose());
        }
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        using var folder = new TemporaryFolder();
        var whole = Make(folder, "whole", 12, embed: false);
        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<ArchiveException>(() =>
            {
                using var archive = ArchiveReader.Open(flipped, "flipped");
                Archive.Verify(archive, _model.Checkpoint, new ArchiveOptions { Threads = 1 });
            });
        }
    }

    [Fact]
    public void Bytes_of_any_kind_decode_and_never_grow_by_more_than_a_few()
    {
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("bytes"));
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Below((ulong)i, 0, 3000)];
            var levels = 1 + random.Below((ulong)i, 1, 256);
            for (var k = 0; k < bytes.Length; k++) bytes[k] = (byte)random.Below((ulong)i, (ulong)k + 2, levels);
            var stream = ByteBlock.Encode(bytes);
            Assert.True(stream.Length <= bytes.Length + 1, $"{bytes.Length} bytes of {levels} values take {stream.Length}");
            Assert.Equal(bytes, ByteBlock.Decode(stream, bytes.Length));
        }
        Assert.True(ByteBlock.Encode(new byte[1 << 20]).Length < 1000);
    }

    byte[] Make(TemporaryFolder folder, string name, int count, bool embed)
    {
        var law = LawCases.Find("made: binary");
        Directory.CreateDirectory(folder["in"]);
        var images = IdxFiles.Write(folder["in"], name, law.Space, law.Examples(count, (ulong)count), []);
        File.WriteAllText(folder["in/note.txt"], "a few words, a few words");
        var options = new ArchiveOptions { Threads = 1 };
        if (embed)
        {
            using var model = new MemoryStream();
            _model.Checkpoint.Save(model);
            options = options with { Embed = model.ToArray() };
        }
        Archive.Compress(_model.Checkpoint, [images, folder["in/note.txt"]], folder[$"{name}.lka"], options);
        return File.ReadAllBytes(folder[$"{name}.lka"]);
    }

    /// <summary>A bit, a byte, a piece out, doubled or taken from another archive, the end; half of them get a right check sum for the directory.</summary>
    static byte[] Mutate(byte[] seed, byte[] other, Philox random, ulong input)
    {
        var bytes = new List<byte>(seed);
        ulong minor = 0;
        int Below(int bound) => random.Below(input, minor++, bound);
        for (var edits = 1 + Below(3); edits > 0 && bytes.Count > 60; edits--)
        {
            var at = Below(3) == 0 ? Math.Max(0, bytes.Count - 1 - Below(120)) : Below(bytes.Count);
            switch (Below(7))
            {
                case 0: bytes[at] ^= (byte)(1 << Below(8)); break;
                case 1: bytes[at] = (byte)Below(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(1 + Below(20), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(1 + Below(40), bytes.Count - at))); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5:
                    var from = Below(other.Length);
                    var count = Math.Min(Math.Min(1 + Below(60), other.Length - from), bytes.Count - at);
                    for (var k = 0; k < count; k++) bytes[at + k] = other[from + k];
                    break;
                default:
                    for (var k = 0; k < 4 && at + k < bytes.Count; k++) bytes[at + k] = 255;
                    break;
            }
        }
        var file = bytes.ToArray();
        if (Below(2) == 0 && file.Length > 100)
        {
            // The check sum of what now stands there, so that faults lie deeper.
            var start = ArchiveHeader.Length + (file[10] == ArchiveHeader.Embedded ? 8 : 0);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 8)) + (long)ArchiveHeader.FooterLength;
            if (length <= file.Length - start)
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 4), Crc32.Of(file.AsSpan(0, start), file.AsSpan(file.Length - (int)length, (int)length - 4)));
        }
        return file;
    }
}
