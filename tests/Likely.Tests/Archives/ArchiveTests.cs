using System.Buffers.Binary;
using System.IO.Compression;
using Likely.Data;
using Likely.Files;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Archives;

/// <summary>What goes in comes out, whatever kind of file it is; and what must not be written is not.</summary>
public sealed class ArchiveTests
{
    readonly LawCase _binary = LawCases.Find("gated-pixelcnn: binary");

    Checkpoint Binary => IdxFiles.Checkpoint(_binary);

    [Fact]
    public void Files_and_folders_of_all_kinds_come_back()
    {
        using var folder = new TemporaryFolder();
        var pictures = folder["in/some/pictures"];
        Directory.CreateDirectory(pictures);
        var random = _binary.Examples(20);
        for (var i = 0; i < 20; i++) Png.Write(Path.Combine(pictures, $"{i:000}.png"), Array.ConvertAll(random[i], symbol => (byte)(255 * symbol)), 4, 3, 1);
        File.WriteAllBytes(folder["in/larger.pgm"], [.. "P5\n# a remark\n5 6\n255\n"u8, .. new byte[30]]);
        File.WriteAllBytes(folder["in/grey.pgm"], [.. "P5 3 4 255\n"u8, .. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))]);
        File.WriteAllText(folder["in/text.txt"], string.Concat(Enumerable.Repeat("not a picture. ", 100)));
        File.WriteAllBytes(folder["in/empty"], []);
        Png.Write(folder["in/colour.png"], new byte[36], 4, 3, 3);
        IdxFiles.Write(folder["in"], "set", _binary.Space, _binary.Examples(300), []);
        var made = Archive.Compress(Binary, [folder["in"]], folder["a.lka"], new ArchiveOptions { Threads = 2 });
        Assert.Equal(321, made.Items);
        Assert.Equal(26, made.Files);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Archive.Decompress(archive, Binary, folder["out"]);
        var names = Directory.EnumerateFiles(folder["in"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["in"], path)).ToArray();
        Assert.Equal(names.Order(), Directory.EnumerateFiles(folder["out/in"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["out/in"], path)).Order());
        foreach (var name in names)
            if (name.EndsWith(".png", StringComparison.Ordinal) && name != "colour.png")
                Assert.Equal(Png.Read(folder[$"in/{name}"]).Pixels, Png.Read(folder[$"out/in/{name}"]).Pixels);
            else Assert.Equal(File.ReadAllBytes(folder[$"in/{name}"]), File.ReadAllBytes(folder[$"out/in/{name}"]));
    }

    [Fact]
    public void Exact_files_come_back_byte_for_byte_and_strict_refuses_what_has_no_symbols()
    {
        using var folder = new TemporaryFolder();
        Png.Write(folder["a.png"], new byte[12], 4, 3, 1);
        File.WriteAllBytes(folder["b.png"], [.. File.ReadAllBytes(folder["a.png"])]);
        Archive.Compress(Binary, [folder["a.png"]], folder["a.lka"], new ArchiveOptions { ExactFiles = true });
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Archive.Decompress(archive, null, folder["out"]);
        Assert.Equal(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["out/a.png"]));
        File.WriteAllBytes(folder["grey.pgm"], [.. "P5 3 4 255\n"u8, .. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))]);
        Assert.Contains("levels", Assert.Throws<UsageException>(() => Archive.Compress(Binary, [folder["grey.pgm"]], folder["b.lka"], new ArchiveOptions { Strict = true })).Message);
        Assert.False(File.Exists(folder["b.lka"]));
    }

    [Fact]
    public void Items_that_do_not_fit_are_stored_as_bytes_one_by_one_and_any_item_can_be_had_alone()
    {
        using var folder = new TemporaryFolder();
        var path = IdxFiles.Write(folder.Path, "mixed", _binary.Space, _binary.Examples(600), []);
        var bytes = File.ReadAllBytes(path);
        foreach (var item in new[] { 0, 7, 8, 599 }) bytes[16 + 12 * item + 5] = 100;
        File.WriteAllBytes(path, bytes);
        var notes = new List<string>();
        Assert.Equal(596, Archive.Compress(Binary, [path], folder["a.lka"], new ArchiveOptions { Note = notes.Add }).Items);
        Assert.Contains("4 of its 600 items", Assert.Single(notes));
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        foreach (var item in new[] { 0, 1, 7, 300, 598, 599 })
        {
            Archive.Decompress(archive, Binary, folder["one"], new ArchiveOptions { Overwrite = true }, $"mixed-images.idx[{item}]");
            Assert.Equal(bytes[(16 + 12 * item)..(28 + 12 * item)], Png.Read(folder[$"one/mixed-images.idx-{item}.png"]).Pixels);
        }
        Archive.Decompress(archive, Binary, folder["all"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["all/mixed-images.idx"]));
        Assert.Throws<UsageException>(() => Archive.Decompress(archive, Binary, folder["none"], only: "mixed-images.idx[600]"));
        Assert.Throws<UsageException>(() => Archive.Decompress(archive, Binary, folder["none"], only: "other"));
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public void A_large_image_is_one_block_coded_in_pieces_and_sizes_may_differ()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        // More rows than one pass holds; then more sizes than models are kept.
        foreach (var (height, width) in new[] { (520, 510) }.Concat(Enumerable.Range(1, 12).Select(side => (side, 13 - side))))
        {
            var pixels = new byte[height * width];
            for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i * (i / width) % 7 == 0 ? 255 : 0);
            File.WriteAllBytes(folder[$"in/{height:000}.pgm"], [.. System.Text.Encoding.ASCII.GetBytes($"P5 {width} {height} 255\n"), .. pixels]);
        }
        Assert.Equal(13, Archive.Compress(Binary, [folder["in"]], folder["a.lka"], new ArchiveOptions { Strict = true, StripeRows = 0 }).Items);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal(13, archive.ItemBlocks.Count);
        Archive.Decompress(archive, Binary, folder["out"]);
        foreach (var path in Directory.GetFiles(folder["in"])) Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder[$"out/in/{Path.GetFileName(path)}"]));
    }

    [Fact]
    public void Arrays_and_records_come_back()
    {
        using var folder = new TemporaryFolder();
        var law = LawCases.Find("gated-pixelcnn: RGB mixture");
        var model = IdxFiles.Checkpoint(law);
        var records = new byte[3073 * 3];
        for (var i = 0; i < records.Length; i++) records[i] = (byte)(i % 3073 == 0 ? i / 3073 : i * i >> 4);
        File.WriteAllBytes(folder["data_batch_1.bin"], records);
        var head = "{'descr': '|b1', 'fortran_order': False, 'shape': (5, 4, 3), }".PadRight(117) + "\n";
        File.WriteAllBytes(folder["array.npy"], [0x93, .. "NUMPY"u8, 1, 0, (byte)head.Length, 0, .. head.Select(c => (byte)c), .. _binary.Examples(5).SelectMany(LawCase.Bytes)]);
        Assert.Equal(3, Archive.Compress(model, [folder["data_batch_1.bin"], folder["array.npy"]], folder["a.lka"]).Items);
        Assert.Equal(5, Archive.Compress(Binary, [folder["data_batch_1.bin"], folder["array.npy"]], folder["b.lka"]).Items);
        foreach (var (name, with) in new[] { ("a", model), ("b", Binary) })
        {
            using var archive = ArchiveReader.Open(folder[$"{name}.lka"]);
            Archive.Decompress(archive, with, folder[name]);
            foreach (var file in new[] { "data_batch_1.bin", "array.npy" }) Assert.Equal(File.ReadAllBytes(folder[file]), File.ReadAllBytes(folder[$"{name}/{file}"]));
        }
    }

    [Fact]
    public void Arrays_are_divided_as_the_model_needs_it()
    {
        using var folder = new TemporaryFolder();
        byte[] File(string shape, int length) => Likely.Tests.Data.Samples.Npy("|u1", shape, [.. Enumerable.Range(0, length).Select(i => (byte)(255 * (i * i >> 3 & 1)))]);
        void Check(Checkpoint model, string name, byte[] file, int items)
        {
            System.IO.File.WriteAllBytes(folder[name], file);
            Assert.Equal(items, Archive.Compress(model, [folder[name]], folder[name + ".lka"]).Items);
            using var archive = ArchiveReader.Open(folder[name + ".lka"]);
            Archive.Decompress(archive, model, folder[name + ".out"]);
            Assert.Equal(file, System.IO.File.ReadAllBytes(Path.Combine(folder[name + ".out"], name)));
        }
        var binary = Binary;
        var fixedSize = IdxFiles.Checkpoint(LawCases.Find("nade: binary"));
        var color = IdxFiles.Checkpoint(LawCases.Find("gated-pixelcnn: RGB mixture"));
        var (height, width) = (fixedSize.Model.Space.Height, fixedSize.Model.Space.Width);
        Check(fixedSize, "rows.npy", File($"5, {height * width}", 5 * height * width), 5);
        Check(binary, "first.npy", File("5, 1, 6, 7", 210), 5);
        Check(color, "planes.npy", File("5, 3, 6, 7", 630), 5);
        Check(color, "either.npy", File("5, 3, 6, 3", 270), 5);
        Check(color, "cifar100.bin", [.. Enumerable.Range(0, 2 * 3074).Select(i => (byte)(i % 3074 < 2 ? 7 : i * i >> 4))], 2);
        Check(binary, "wide.npy", Likely.Tests.Data.Samples.Npy("<u2", "5, 3, 4", new byte[120]), 0);
        Check(binary, "fortran.npy", Likely.Tests.Data.Samples.Npy("|u1", "5, 3, 4", new byte[60], order: "True"), 0);
    }

    [Fact]
    public void The_model_is_found_beside_or_inside_and_another_is_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        var path = IdxFiles.Write(folder.Path, "set", _binary.Space, _binary.Examples(5), []);
        using var embedded = new MemoryStream();
        Binary.Save(embedded);
        Archive.Compress(Binary, [path], folder["a.lka"]);
        Archive.Compress(Binary, [path], folder["b.lka"], new ArchiveOptions { Embed = embedded.ToArray() });
        using var plain = ArchiveReader.Open(folder["a.lka"]);
        using var whole = ArchiveReader.Open(folder["b.lka"]);
        Assert.Contains(plain.ModelIdentity, Assert.Throws<ArchiveException>(() => Archive.FindModel(plain)).Message);
        Assert.Equal(plain.ModelIdentity, Archive.FindModel(whole)!.Identity());
        var other = IdxFiles.Checkpoint(LawCases.Find("nade: binary"));
        other.Save(folder["other.likely"], overwrite: false);
        var message = Assert.Throws<ArchiveException>(() => Archive.FindModel(plain, folder["other.likely"])).Message;
        Assert.Contains(other.Identity(), message);
        Assert.Throws<ArchiveException>(() => Archive.Decompress(plain, other, folder["out"]));
        Assert.False(Directory.Exists(folder["out"]));
        Binary.Save(folder["z.likely"], overwrite: false);
        Assert.Equal(plain.ModelIdentity, Archive.FindModel(plain)!.Identity());
    }

    [Fact]
    public void Nothing_is_overwritten_and_nothing_half_written()
    {
        using var folder = new TemporaryFolder();
        var path = IdxFiles.Write(folder.Path, "set", _binary.Space, _binary.Examples(500), []);
        File.WriteAllText(folder["z.txt"], "z");
        Archive.Compress(Binary, [path, folder["z.txt"]], folder["a.lka"]);
        Assert.Throws<UsageException>(() => Archive.Compress(Binary, [path], folder["a.lka"]));
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder["out/z.txt"], "mine");
        Assert.Throws<UsageException>(() => Archive.Decompress(archive, Binary, folder["out"]));
        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(folder["out"]))));
        Archive.Decompress(archive, Binary, folder["out"], new ArchiveOptions { Overwrite = true });
        Assert.Equal("z", File.ReadAllText(folder["out/z.txt"]));

        using var cancelled = new CancellationTokenSource();
        var options = new ArchiveOptions { Threads = 1, Progress = (_, _) => cancelled.Cancel() };
        Assert.ThrowsAny<OperationCanceledException>(() => Archive.Compress(Binary, [path], folder["b.lka"], options, cancelled.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => Archive.Decompress(archive, Binary, folder["new/deep"], options, null, cancelled.Token));
        Assert.Equal(["a.lka", "out", "set-images.idx", "z.txt"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_picture_that_the_model_would_make_longer_is_stored_as_the_file_it_is()
    {
        using var folder = new TemporaryFolder();
        var model = IdxFiles.Checkpoint(LawCases.Find("gated-pixelcnn: grey mixture"));
        var own = LawCase.Bytes(Walk.Sample(model.Density, 1)[0]);
        Png.Write(folder["flat.png"], [.. Enumerable.Repeat((byte)100, 64 * 64)], 64, 64, 1);
        Png.Write(folder["own.png"], own, 5, 4, 1);
        var notes = new List<string>();
        var losses = new List<string>();
        var made = Archive.Compress(model, [folder["flat.png"], folder["own.png"]], folder["a.lka"], new ArchiveOptions { Note = notes.Add, Loss = losses.Add });
        Assert.Contains("own.png comes back with the same pixels", Assert.Single(losses));
        Assert.InRange(made.ArchiveBytes, 1, new FileInfo(folder["flat.png"]).Length + 50 + 250);
        Assert.Contains("flat.png is stored as it is", Assert.Single(notes));
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal(EntryKind.Bytes, archive.Entries[0].Kind);
        Archive.Decompress(archive, model, folder["out"]);
        Assert.Equal(File.ReadAllBytes(folder["flat.png"]), File.ReadAllBytes(folder["out/flat.png"]));
        Assert.Equal(own, Png.Read(folder["out/own.png"]).Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Damage_in_a_block_is_told_by_whatever_thread_and_spares_the_other_blocks(int threads)
    {
        using var folder = new TemporaryFolder();
        var path = IdxFiles.Write(folder.Path, "set", _binary.Space, _binary.Examples(1000), []);
        Archive.Compress(Binary, [path], folder["a.lka"], new ArchiveOptions { Threads = threads });
        var bytes = File.ReadAllBytes(folder["a.lka"]);
        bytes[ArchiveHeader.Length + 100] ^= 4;
        using var archive = ArchiveReader.Open(bytes, "damaged");
        var options = new ArchiveOptions { Threads = threads, Overwrite = true };
        Assert.Contains("block 0 of items", Assert.Throws<ArchiveException>(() => Archive.Verify(archive, Binary, options)).Message);
        Assert.Throws<ArchiveException>(() => Archive.Decompress(archive, Binary, folder["out"], options));
        Assert.False(Directory.Exists(folder["out"]));
        Archive.Decompress(archive, Binary, folder["out"], options, "set-images.idx[999]");
        Assert.ThrowsAny<OperationCanceledException>(() => Archive.Verify(archive, Binary, options, new CancellationToken(true)));
    }

    [Fact]
    public void A_packed_file_of_items_without_symbols_or_with_a_taken_name_stays_packed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        var grey = Space.Image(4, 3, 1, 256);
        Pack(IdxFiles.Write(folder["in"], "same", grey, [.. Enumerable.Repeat((int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2000)], []));
        var twin = IdxFiles.Write(folder["in"], "twin", _binary.Space, _binary.Examples(9), []);
        Pack(twin, keep: true);
        File.Move(Pack(IdxFiles.Write(folder["in"], "odd", _binary.Space, _binary.Examples(9), [])), folder["in/ends in a space .gz"]);
        var packed = new FileInfo(folder["in/same-images.idx.gz"]).Length;
        var made = Archive.Compress(Binary, [folder["in/same-images.idx.gz"]], folder["same.lka"]);
        Assert.InRange(made.ArchiveBytes, 1, packed + 200);
        Archive.Compress(Binary, [folder["in"]], folder["a.lka"], new ArchiveOptions { Verify = false });
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Archive.Decompress(archive, Binary, folder["out"]);
        foreach (var path in Directory.GetFiles(folder["in"]))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder[$"out/in/{Path.GetFileName(path)}"]));

        static string Pack(string path, bool keep = false)
        {
            using (var source = File.OpenRead(path))
            using (var target = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Optimal)) source.CopyTo(target);
            if (!keep) File.Delete(path);
            return path + ".gz";
        }
    }

    [Fact]
    public void A_picture_of_several_frames_is_a_file_and_one_with_texts_says_that_they_go()
    {
        using var folder = new TemporaryFolder();
        Png.Write(folder["plain.png"], new byte[12], 4, 3, 1);
        var plain = File.ReadAllBytes(folder["plain.png"]);
        File.WriteAllBytes(folder["frames.png"], [.. plain[..33], .. Chunk("acTL", new byte[8]), .. plain[33..]]);
        File.WriteAllBytes(folder["more.png"], [.. plain, 1, 2, 3]);
        File.WriteAllBytes(folder["text.png"], [.. plain[..33], .. Chunk("tEXt", [.. "Title\0hello"u8]), .. plain[33..]]);
        var notes = new List<string>();
        Archive.Compress(Binary, [folder["plain.png"], folder["frames.png"], folder["more.png"], folder["text.png"]], folder["a.lka"], new ArchiveOptions { Note = notes.Add });
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal([EntryKind.Picture, EntryKind.Bytes, EntryKind.Bytes, EntryKind.Picture], archive.Entries.Select(entry => entry.Kind));
        Assert.Contains("not kept", Assert.Single(notes, note => note.Contains("text.png holds")));
        Archive.Decompress(archive, Binary, folder["out"]);
        foreach (var name in (string[])["frames.png", "more.png"]) Assert.Equal(File.ReadAllBytes(folder[name]), File.ReadAllBytes(folder[$"out/{name}"]));

        static byte[] Chunk(string kind, byte[] data)
        {
            byte[] name = [.. kind.Select(c => (byte)c)], chunk = [.. new byte[4], .. name, .. data, .. new byte[4]];
            BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.Of(name, data));
            return chunk;
        }
    }

    [Fact]
    public void One_item_is_answered_with_what_was_decoded_for_it()
    {
        using var folder = new TemporaryFolder();
        var path = IdxFiles.Write(folder.Path, "set", _binary.Space, _binary.Examples(600), []);
        Archive.Compress(Binary, [path], folder["a.lka"]);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        var one = Archive.Decompress(archive, Binary, folder["out"], only: "set-images.idx[3]");
        Assert.Equal((1, 256, 256 * 12), (one.Files, one.Items, one.Symbols));
        Assert.Equal(new FileInfo(Assert.Single(Directory.GetFiles(folder["out"]))).Length, one.FileBytes);
    }

    [UnixFact]
    public void A_pipe_and_an_empty_folder_are_left_out_and_an_empty_file_is_not()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in/nothing"]);
        File.WriteAllBytes(folder["in/empty"], []);
        using (var process = System.Diagnostics.Process.Start("mkfifo", folder["in/pipe"])) process.WaitForExit();
        var notes = new List<string>();
        Archive.Compress(Binary, [folder["in"]], folder["a.lka"], new ArchiveOptions { Note = notes.Add });
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal("in/empty", Assert.Single(archive.Entries).Name);
        Assert.Equal(2, notes.Count(note => note.Contains("left out")));
    }

    [UnixFact]
    public void Links_do_not_lead_out_of_the_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        File.WriteAllText(folder["in/a.txt"], "a");
        Directory.CreateDirectory(folder["elsewhere"]);
        File.CreateSymbolicLink(folder["in/loop"], folder["in"]);
        Archive.Compress(Binary, [folder["in"]], folder["a.lka"]);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Single(archive.Entries);
        Directory.CreateDirectory(folder["out"]);
        Directory.CreateSymbolicLink(folder["out/in"], folder["elsewhere"]);
        Assert.Contains("link", Assert.Throws<UsageException>(() => Archive.Decompress(archive, null, folder["out"], new ArchiveOptions { Overwrite = true })).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["elsewhere"]));
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("../b")]
    [InlineData("/etc/x")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("")]
    [InlineData("C:/x")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("nul")]
    [InlineData("x/Com1.txt")]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a/")]
    [InlineData("line\nbreak")]
    [InlineData("half \uD800 pair")]
    [InlineData("CONIN$")]
    [InlineData("x/conout$.txt")]
    [InlineData("COM\u00B9")]
    [InlineData("lpt\u00B3 .txt")]
    [InlineData("CON .txt")]
    [InlineData("next\u0085line")]
    [InlineData("a/\u200B")]
    [InlineData("a/.likely-x.lock")]
    [InlineData(".Likely-x-0123456789abcdef0123456789abcdef.tmp")]
    [InlineData("a/.likely-set-0123456789abcdef0123456789abcdef/journal")]
    public void Names_that_lead_elsewhere_are_refused(string name)
    {
        Assert.NotNull(EntryName.Fault(name));
        var directory = new ArchiveDirectory([ArchiveEntry.OfBytes(name, 0)], [], []).ToBytes();
        Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(directory, 1000, 1));
    }

    [Fact]
    public void What_lies_under_names_of_the_programs_own_is_left_out_and_named()
    {
        using var folder = new TemporaryFolder();
        var random = new string('a', 32);
        using var held = OutputLock.Take(folder["in/a.lka"]); // which clears away what killed runs left
        string[] own = [$".likely-set-{random}/old/only copy", ".likely-x.lock", $".likely-x-{random}.tmp"];
        foreach (var name in (string[])["kept", ".likely-notes.tmp", .. own])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"in/{name}"])!);
            File.WriteAllText(folder[$"in/{name}"], "x");
        }
        var (told, other) = (new List<string>(), new List<string>());
        Archive.Compress(IdxFiles.Checkpoint(_binary), [folder["in"]], folder["in/a.lka"], new ArchiveOptions { Loss = told.Add, Note = other.Add });
        var line = Assert.Single(told);
        Assert.StartsWith("3 files have names that likely gives", line);
        Assert.All(own, name => Assert.Contains(name, line));
        using var archive = ArchiveReader.Open(folder["in/a.lka"]);
        Assert.Equal(["in/.likely-notes.tmp", "in/kept"], archive.Entries.Select(entry => entry.Name));
        Assert.Contains("its name is one that likely gives", Assert.Throws<UsageException>(() => Archive.Compress(IdxFiles.Checkpoint(_binary), [folder["in/.likely-x.lock"]], folder["b.lka"])).Message);
    }

    [Fact]
    public void Names_come_once()
    {
        foreach (var folded in (bool[])[false, true])
        {
            foreach (var names in new[] { new[] { "a", "a" }, ["a", "A"], ["a", "a/b"], ["a/b/c", "a/b"], ["x/B/c", "X/b"], ["É", "é"] })
                Assert.Throws<ArchiveException>(() => new EntryNames(names, folded));
            Assert.True(new EntryNames(["a", "b/a", "b/c/a"], folded, keepFolders: true).Contains("B/C"));
        }
    }

    // What APFS, HFS+, NTFS or a folder of ext4 that folds names would take for one file.
    [Theory]
    [InlineData("caf\u00E9", "cafe\u0301")]
    [InlineData("CAFE\u0301", "caf\u00E9")]
    [InlineData("\u00C5", "\u212B")]
    [InlineData("\u304C", "\u304B\u3099")]
    [InlineData("\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("stra\u00DFe", "STRASSE")]
    [InlineData("\uFB01n", "fin")]
    [InlineData("\u03C3\u03C2", "\u03A3\u03A3")]
    [InlineData("\u1EAD", "a\u0302\u0323")]
    [InlineData("a\u0302\u0323", "a\u0323\u0302")]
    [InlineData("a\u200Db", "ab")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("a\U000E0001b\u202E", "ab")]
    [InlineData("\u2764\uFE0F", "\u2764")]
    [InlineData("\U0001D4D0/\u00FC", "\U0001D4D0/u\u0308")]
    [InlineData("\U00010400", "\U00010428")]
    public void Names_that_another_system_takes_for_one_are_refused(string one, string other)
    {
        Assert.Throws<ArchiveException>(() => new EntryNames([one, other], folded: true));
        Assert.Throws<ArchiveException>(() => new EntryNames([$"{one}/x", other], folded: true));
    }

    [Theory]
    [InlineData("resume", "r\u00E9sum\u00E9")]
    [InlineData("o", "\u00F8")]
    [InlineData("\u304B", "\u304C")]
    [InlineData("\uAC00", "\uAC01")]
    [InlineData("i", "\u0131")]
    public void Names_that_every_system_tells_apart_are_taken(string one, string other) => _ = new EntryNames([one, other], folded: true);

    [UnixFact]
    public void Two_spellings_of_an_accent_in_one_folder_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        foreach (var name in (string[])["caf\u00E9", "cafe\u0301"]) File.WriteAllText(folder[$"in/{name}"], name);
        if (Directory.GetFiles(folder["in"]).Length < 2) return; // this system cannot tell them apart either
        Assert.Contains("how an accent is written", Assert.Throws<ArchiveException>(() => Archive.Compress(Binary, [folder["in"]], folder["a.lka"])).Message);
        Assert.False(File.Exists(folder["a.lka"]));
    }

    [Fact]
    public void A_directory_survives_and_costs_little_for_files_that_are_alike()
    {
        var layout = new PixelLayout(28, 28, 1, 1, 0, 0, false);
        var entries = new List<ArchiveEntry>();
        for (var i = 0; i < 10_000; i++) entries.Add(new ArchiveEntry($"digits/{i:00000}.png", EntryKind.Picture, 784, layout, true, []));
        entries.Add(new ArchiveEntry("set", EntryKind.Items, 10_000, new PixelLayout(5, 6, 3, 100, 8, 1, true), false, [3, 4, 99]));
        entries.Add(ArchiveEntry.OfBytes("häuser/ü.txt", 12));
        var directory = new ArchiveDirectory(entries, [1, 2, 3], [(true, 1000), (false, 5)]);
        var bytes = directory.ToBytes();
        var read = ArchiveDirectory.Parse(bytes, 1 << 20, directory.Version);
        Assert.Equal(entries.Select(entry => entry with { Exceptions = [] }), read.Entries.Select(entry => entry with { Exceptions = [] }));
        Assert.Equal([3, 4, 99], read.Entries[^2].Exceptions);
        Assert.Equal(directory.Labels, read.Labels);
        Assert.Equal(directory.Blocks, read.Blocks);
        Assert.True(ArchiveHeader.CreateFooter([], bytes, new byte[32]).Length < 250);
    }
}
