using System.Globalization;
using System.IO.Compression;
using System.Text;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data;
using Likely.Tests.Models;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>Archives whose code is a model of a table's rows: any file goes in and comes back byte for byte, whatever it is and whatever the threads; its length is the score's.</summary>
public sealed class TableArchiveTests : IDisposable
{
    static readonly Philox _random = new(7, RandomPurpose.Test, Philox.Hash("table archive"));

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static double Normal(int row, int column) => _random.Normal((ulong)row, (ulong)column);

    static string Lines(int count, int first = 0, string header = "city,age,price,ratio,since,member,note\n") => header + string.Concat(Enumerable.Range(first, count).Select(i => FormattableString.Invariant(
        $"{(i % 7 == 0 ? "\"a, b\"" : i % 3 == 0 ? "Rome" : "Zürich")},{(i % 11 == 0 ? "" : 20 + Math.Abs((int)(15 * Normal(i, 0))))},{50 + 900 * Math.Abs(Normal(i, 1)):F2},{(decimal)Math.Round(Normal(i, 2), 5)},{new DateTime(2024, 1, 1).AddDays(i % 400):yyyy-MM-dd},{(i % 2 == 0 ? "yes" : "no")},text {i * 7919 % 10007}\n")));

    Checkpoint Model(string csv, int masks = 1, string columns = "-note")
    {
        var path = Write("model.csv", csv);
        using var data = Dataset.Open(path, DataOptions.Parse([KeyValuePair.Create("columns", columns)]));
        return Made(data, new MadeConfig { Hidden = 12, Masks = masks, Orderings = masks, Components = 3 });
    }

    static Checkpoint Made(Dataset data, DensityConfig config)
    {
        var model = config.Build(data.Space, 0, 5);
        TwoFaces.Stir(model, 3);
        return new Checkpoint(model, [], data.Options.ToCanonical()) { Assets = new SortedDictionary<string, string> { [Checkpoint.Tokens] = data.Tokens!.ToText() } };
    }

    string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }

    // Compresses what is in the folder "in", and compares what comes back.
    ArchiveReader Trip(Checkpoint model, int threads = 1, int batch = 0, List<string>? notes = null)
    {
        Archive.Compress(model, [_folder["in"]], _folder["a.lka"], new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true, Note = notes is null ? null : notes.Add });
        var archive = ArchiveReader.Open(_folder["a.lka"]);
        Archive.Decompress(archive, archive.NeedsModel ? model : null, _folder["out"], new ArchiveOptions { Threads = 3 - threads, Overwrite = true });
        foreach (var path in Directory.EnumerateFiles(_folder["in"])) Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_folder["out/in"], Path.GetFileName(path)))), path);
        return archive;
    }

    public static TheoryData<string> Spellings => [.. _spellings.Keys];

    static readonly Dictionary<string, Func<string, string>> _spellings = new()
    {
        ["as the model's"] = text => text,
        ["\\r\\n"] = text => text.Replace("\n", "\r\n"),
        ["no end of the last line"] = text => text.TrimEnd('\n'),
        ["a byte order mark"] = text => "\uFEFF" + text,
        ["no header"] = text => text[(text.IndexOf('\n') + 1)..],
        ["all in quotes"] = text => string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : string.Join(',', line.Replace("\"a, b\"", "a; b").Split(',').Select(cell => $"\"{cell}\"")))),
        ["blanks"] = text => text.Replace(",", ", "),
        ["semicolons and decimal commas"] = text => text.Replace("\"a, b\"", "Rome").Replace(',', ';').Replace('.', ','),
        ["tabs"] = text => text.Replace("\"a, b\"", "Rome").Replace(',', '\t'),
        ["other missing values"] = text => text.Replace(",,", ",NA,"),
        ["other order"] = text => string.Join('\n', text.Replace("\"a, b\"", "Rome").Split('\n').Select(line => string.Join(',', line.Split(',').Reverse()))),
        ["what is none of the columns'"] = text => text.Replace(",21,", ",old,").Replace("Rome", "Oslo").Replace("yes", "perhaps"),
        ["other spellings"] = text => text.Replace(".5,", ".500,").Replace(",-", ",- ").Replace("2024-03", "2024/03").Replace(",3", ",+3").Replace("Rome", "\"Rome\""),
        ["ragged rows"] = text => text.Replace("text 38", "text, 38").Replace(",no,text 6", "\n"),
        ["an open quote"] = text => text.Replace("text 77", "\"text 77"),
        ["numbers of the order of 1e-5"] = text => string.Join('\n', text.Split('\n').Select((line, i) => i % 5 == 1 ? line.Replace(",0.", ",4.9e-05,").Replace(",-0.", ",-7e-06,") : line)),
        ["more decimals"] = text => text.Replace("1,", "12345678901,").Replace("2,", "2.000000000000000001,"),
        ["blank lines"] = text => text.Replace("\n", "\n\n"),
        ["one column"] = text => string.Join('\n', text.Split('\n').Select(line => line.Split(',')[^1])),
        ["nothing but the header"] = text => text[..text.IndexOf('\n')],
        ["no text"] = _ => "",
    };

    [Theory, MemberData(nameof(Spellings))]
    public void However_a_table_is_written_it_comes_back_byte_for_byte(string spelling)
    {
        var model = Model(Lines(300), masks: 2);
        var bytes = Encoding.UTF8.GetBytes(_spellings[spelling](Lines(120, 200)));
        var path = Write("in/t.csv", bytes);
        Trip(model).Dispose();
        // And by the model, whether or not that is shorter; cut anywhere.
        var (code, form) = (Code(model), TableForm.Of(path, bytes, (TableTokens)Continuation.TokensOf(model)!, out var refusal));
        Assert.Equal(spelling is "one column" or "no text" or "no header", form is null);
        Assert.Equal(form is null, refusal is not null);
        for (var first = 0; form is not null && first < bytes.Length; first += 1777)
        {
            var part = bytes.AsMemory(first, Math.Min(bytes.Length - first, 2000));
            var stream = TableBlocks.EncodeRows(code, part, [part.Length], [form], new double[1], default);
            Assert.True(stream is not null || first > 0 || spelling == "nothing but the header", "the model codes no row");
            if (stream is not null) Assert.True(part.Span.SequenceEqual(TableBlocks.Decode(code, stream, part.Length, default)), $"from {first} on");
        }
    }

    static TableBlocks.Code Code(Checkpoint model) => new(new SizedModel(model.Density, model.Density.Space), (TableTokens)Continuation.TokensOf(model)!, 1, 0);

    [Fact]
    public void Files_of_any_kind_come_back_and_no_byte_depends_on_threads_or_batch()
    {
        var model = Model(Lines(300), masks: 2);
        Write("in/a.csv", Lines(300));
        Write("in/b.csv", Lines(50, 1000).Replace("city", "town"));
        Write("in/c.csv", "");
        Write("in/d.bin", Samples.RandomBytes(3000));
        Write("in/e.txt", "Not a table.\nAt all.\n");
        Write("in/f.csv", Lines(40, 500).Replace(',', ';'));
        Write("in/latin.csv", Encoding.Latin1.GetBytes(Lines(40)));
        using (var packed = new GZipStream(File.Create(_folder["in/g.csv.gz"]), CompressionLevel.Fastest)) packed.Write(Encoding.UTF8.GetBytes(Lines(30)));
        byte[]? expected = null;
        foreach (var (threads, batch) in new[] { (1, 0), (2, 7), (2, 1) })
        {
            var notes = new List<string>();
            using var archive = Trip(model, threads, batch, notes);
            expected ??= File.ReadAllBytes(_folder["a.lka"]);
            Assert.Equal(expected, File.ReadAllBytes(_folder["a.lka"]));
            Assert.Equal((5, true, true), (archive.FormatVersion, archive.ModelsBytes, archive.ModelsRows));
            Assert.Contains(notes, note => note.Contains("b.csv") && note.Contains("has no column 'city'"));
            Assert.Contains(notes, note => note.Contains("g.csv.gz") && note.Contains("packed"));
        }
        var files = new List<ArchivedFile>();
        Archive.Compress(model, [_folder["in"]], _folder["a.lka"], new ArchiveOptions { Threads = 1, Overwrite = true, File = files.Add });
        using var opened = ArchiveReader.Open(_folder["a.lka"]);
        Assert.InRange(files.Sum(file => file.Bytes), opened.ByteBlocks.Bytes - 64, opened.ByteBlocks.Bytes + 8);
        Archive.Decompress(opened, model, _folder["one"], only: "in/f.csv");
        Assert.Equal(File.ReadAllBytes(_folder["in/f.csv"]), File.ReadAllBytes(_folder["one/in/f.csv"]));
    }

    [Fact]
    public void Files_whose_rows_are_none_of_the_models_take_none_of_its_room()
    {
        var csv = "x,y\n" + string.Concat(Enumerable.Range(0, 900).Select(i => $"{(i * 7919 % 5 < 2 ? "northern slope" : "southern slope")},{i * 31 % 7}\n"));
        var model = Model(csv, columns: "x,y");
        Write("in/a.csv", csv);
        Write("in/b.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 900).Select(i => $"{i % 2},{new string('z', 1 + i % 3)}\n")));
        Write("in/c.bin", Samples.RandomBytes(20_000));
        var files = new List<ArchivedFile>();
        Archive.Compress(model, [_folder["in"]], _folder["a.lka"], new ArchiveOptions { Threads = 1, File = files.Add });
        using var archive = Trip(model);
        Assert.True(archive.NeedsModel);
        Assert.InRange(files[0].Bytes, 10, 900);
        Assert.InRange(files[1].Bytes, 10, ByteBlock.Encode(File.ReadAllBytes(_folder["in/b.csv"])).Length + 8);
        Assert.InRange(files[2].Bytes, 20_000, 20_008);
    }

    [Fact]
    public void A_file_of_several_blocks_takes_what_its_rows_take()
    {
        var random = new Philox(2, RandomPurpose.Test);
        string Rows(int count) => "x,y\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{new string((char)('a' + random.Below(0, (ulong)i, 7)), 90)},{random.Below(1, (ulong)i, 5)}\n"));
        var model = Model(Rows(500), columns: "x,y");
        Write("in/t.csv", Rows(12_000));
        var bits = Bits(model, _folder["in/t.csv"]);
        foreach (var threads in (int[])[1, 2])
        {
            using var archive = Trip(model, threads);
            Assert.Equal(2, archive.ByteBlocks.Count);
            Assert.InRange(archive.ByteBlocks.Bytes, bits / 8 * 0.9, bits / 8 * 1.001 + 300);
        }
    }

    [Fact]
    public void Rows_spelled_as_the_model_does_cost_nothing_beside_their_symbols_and_numbers()
    {
        var (csv, model) = (Lines(2000, 0, "city,age,price,since\n", row => row), null as Checkpoint);
        model = Model(csv, columns: "city,age,price,since");
        Write("in/t.csv", csv);
        using var archive = Trip(model);
        var bits = Bits(model, _folder["in/t.csv"]);
        Assert.InRange(archive.ByteBlocks.Bytes, bits / 8 * 0.98, bits / 8 * 1.002 + 60);
    }

    // Cells of a row of the table without decimals that vary.
    static string Lines(int count, int first, string header, Func<string, string> each) => header + string.Concat(Enumerable.Range(first, count).Select(i => each(FormattableString.Invariant(
        $"{(i % 3 == 0 ? "Rome" : "Oslo")},{20 + Math.Abs((int)(15 * Normal(i, 0)))},{50 + 900 * Math.Abs(Normal(i, 1)):F2},{new DateTime(2024, 1, 1).AddDays(i % 400):yyyy-MM-dd}\n"))));

    // -log2 p of the rows as they are written; of an ensemble that of its likeliest member and the choice.
    static double Bits(Checkpoint model, string path)
    {
        using var data = Dataset.Open(path, DataOptions.FromCanonical(model.Preprocessing) with { ModelTokens = Continuation.TokensOf(model) });
        var coded = new double[data.All.Count];
        new Scorer(model.Density, 1).Score(data.All, coded: coded);
        var (nats, row, tokens) = (coded.Sum(), new int[data.Space.Dimensions], (TableTokens)data.Tokens!);
        for (var i = 0; i < data.All.Count; i++)
        {
            data.All.Read(i, row);
            nats += tokens.Rest(row);
        }
        return nats / Math.Log(2);
    }

    [Fact]
    public void Rows_of_bits_are_coded_by_models_of_binary_variables()
    {
        var csv = string.Concat(Enumerable.Range(0, 700).Select(i => string.Join(',', Enumerable.Range(0, 12).Select(c => i * c % 5 % 2)) + "\n"));
        Write("in/t.csv", csv + "0,1,2,0,0,0,0,0,0,0,0,0\n" + csv);
        var path = Write("model.csv", csv);
        using var data = Dataset.Open(path, DataOptions.Default);
        Assert.True(((TableTokens)data.Tokens!).IsBinary);
        foreach (var config in (DensityConfig[])[new MadeConfig { Hidden = 10 }, new NadeConfig { Hidden = 10 }, new FvsbnConfig()])
        {
            using var archive = Trip(Made(data, config));
            Assert.True(archive.NeedsModel);
        }
    }

    [Fact]
    public void Columns_of_many_levels_and_names_are_coded()
    {
        var csv = "name,x\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i * 7 % 1500},{Normal(i, 5) * 1e6:F3}\n")));
        var model = Model(csv, columns: "name,x");
        Assert.True(model.Density.Space.Levels > 256);
        Write("in/t.csv", csv);
        using var archive = Trip(model);
        Assert.True(archive.NeedsModel);
    }

    [Fact]
    public void What_the_model_has_no_use_for_is_refused_if_that_is_asked_for()
    {
        var model = Model(Lines(100));
        Write("in/t.csv", "a,b\n1,2\n");
        Assert.Contains("has no column", Assert.Throws<UsageException>(() => Archive.Compress(model, [_folder["in"]], _folder["a.lka"], new ArchiveOptions { Strict = true })).Message);
        using var archive = Trip(model);
        Assert.False(archive.NeedsModel);
    }

    [Fact]
    public void A_damaged_archive_is_refused_in_a_sentence()
    {
        var model = Model(Lines(100));
        Write("in/t.csv", Lines(60).Replace(",21,", ",old,"));
        Trip(model).Dispose();
        var whole = File.ReadAllBytes(_folder["a.lka"]);
        var random = new Philox(3, RandomPurpose.Test);
        for (var i = 0UL; i < 300; i++)
        {
            byte[] bad = [.. whole];
            bad[random.Below(i, 0, bad.Length)] ^= (byte)(1 + random.Below(i, 1, 255));
            Assert.ThrowsAny<ArchiveException>(() =>
            {
                using var archive = ArchiveReader.Open(bad, "x");
                Archive.Verify(archive, model);
            });
        }
    }

    [Fact]
    public void Streams_that_stand_for_other_bytes_are_refused_or_differ_and_never_hang()
    {
        var model = Model(Lines(100), masks: 2);
        var code = Code(model);
        var bytes = Encoding.UTF8.GetBytes(Lines(40));
        var sound = TableBlocks.EncodeRows(code, bytes, [bytes.Length], [TableForm.Of(Write("t.csv", bytes), bytes, code.Tokens, out _)], new double[1], default)!;
        Assert.Equal(bytes, TableBlocks.Decode(code, sound, bytes.Length, default));
        var random = new Philox(2, RandomPurpose.Test);
        for (var i = 0UL; i < 400; i++)
        {
            byte[] stream = i % 2 == 0 ? [.. Enumerable.Range(0, random.Below(i, 0, 60)).Select(at => (byte)random.Below(i, (ulong)at + 1, 256))] : [.. sound];
            if (i % 2 == 1) stream[random.Below(i, 2, random.Below(i, 1, 2) == 0 ? 40 : stream.Length)] ^= (byte)(1 << random.Below(i, 3, 8));
            var count = i % 4 == 1 ? bytes.Length : 1 + random.Below(i, 99, 3000);
            try
            {
                Assert.Equal(count, TableBlocks.Decode(code, stream, count, default).Length);
            }
            catch (ArchiveException)
            {
                // It stands for no such bytes.
            }
        }
    }

    [Fact]
    public void A_mutated_residual_is_refused_or_stands_for_other_bytes()
    {
        var model = Model(Lines(100));
        var (code, bytes) = (Code(model), Encoding.UTF8.GetBytes(_spellings["other spellings"](Lines(40)).Replace(",,", ",NA,")));
        var form = TableForm.Of(Write("t.csv", bytes), bytes, code.Tokens, out _);
        var sound = TableResidual.ToBytes([TableSegment.Of(bytes.AsSpan(0, 60), null, code.Tokens), TableSegment.Of(bytes, form, code.Tokens)], code.Tokens);
        var random = new Philox(4, RandomPurpose.Test);
        var (refused, made) = (0, 0);
        for (var i = 0UL; i < 1000; i++)
        {
            var residual = new List<byte>(sound);
            for (var edits = 1 + random.Below(i, 0, 3); edits > 0; edits--)
            {
                var at = random.Below(i, (ulong)(4 * edits), Math.Min(residual.Count, random.Below(i, (ulong)(4 * edits) + 1, 2) == 0 ? 60 : residual.Count));
                var value = (byte)random.Below(i, (ulong)(4 * edits) + 2, random.Below(i, 1, 2) == 0 ? 16 : 256);
                if (random.Below(i, (ulong)(4 * edits) + 3, 3) == 0) residual.Insert(at, value);
                else residual[at] = value;
            }
            var (encoder, byByte) = (new RangeEncoder(), new ByteModel());
            encoder.EncodeBit(false, BlockLayout.Unmodelled);
            encoder.EncodeUniform((uint)residual.Count, 22);
            foreach (var value in residual) byByte.Encode(encoder, value);
            for (var k = 0UL; k < 400; k++) encoder.EncodeUniform((uint)random.Below(i, 100 + k, 256), 8);
            try
            {
                var length = bytes.Length + 60;
                Assert.Equal(length, TableBlocks.Decode(code, encoder.Finish(), length, default).Length);
                made++;
            }
            catch (ArchiveException)
            {
                refused++;
            }
        }
        Assert.True(refused > 700, $"{refused} refused, {made} read");
    }
}
