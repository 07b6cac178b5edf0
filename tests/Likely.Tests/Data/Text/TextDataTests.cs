using System.Text;
using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Text;

public sealed class TextDataTests
{
    static DataOptions With(params (string Key, string Value)[] settings) => DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));

    static byte[] BytesOf(Dataset data, Split split, int index)
    {
        var symbols = new int[split.SpaceOf(index).Width];
        split.Read(index, symbols);
        return data.Tokens!.Decode(symbols);
    }

    static string TextOf(Dataset data, Split split, int index) => Encoding.UTF8.GetString(BytesOf(data, split, index));

    static byte[] Prose(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 61 == 60 ? '\n' : 'a' + i * 7 % 26))];

    [Fact]
    public void A_file_is_one_stream_whose_last_stretches_are_held_out_behind_gaps()
    {
        using var samples = new Samples();
        var prose = Prose(100_000);
        using var data = Dataset.Open(samples.File("book.txt", prose), DataOptions.Default);
        Assert.Equal((Modality.Text, 1, 1, 1, 1), (data.Modality, data.Train.Count, data.Validation.Count, data.Test.Count, data.All.Count));
        Assert.Same(Tokens.Bytes, data.Tokens);
        Assert.Equal(new Space(new Extent(1, 1, 100_000), 1, new Alphabet(256, AlphabetScale.Categorical)), data.Space);
        Assert.Equal(prose, BytesOf(data, data.All, 0));
        Assert.Equal(prose[..(80_000 - 1024)], BytesOf(data, data.Train, 0));
        Assert.Equal(prose[80_000..(90_000 - 1024)], BytesOf(data, data.Validation, 0));
        Assert.Equal(prose[90_000..], BytesOf(data, data.Test, 0));
        Assert.Equal("book.txt[90000..100000]", data.Test.ItemName(0));
        Assert.Equal("book.txt", data.All.ItemName(0));
        Assert.Equal("hold_out=content as=text", data.Preprocessing);

        // As char-rnn is judged: the last tenth, no more and no less.
        using var tenth = Dataset.Open(samples.File("tenth.txt", prose), With(("test", "0"), ("gap", "50")));
        Assert.Equal(prose[90_000..], BytesOf(tenth, tenth.Validation, 0));
        Assert.Equal((89_950, 0), (tenth.Train.SpaceOf(0).Width, tenth.Test.Count));
        Assert.Equal("test=0 hold_out=content as=text gap=50", tenth.Preprocessing);
        using var all = Dataset.Open(samples.File("all.txt", prose), With(("validation", "0")));
        Assert.Equal((100_000, 0, 0), (all.Train.SpaceOf(0).Width, all.Validation.Count, all.Test.Count));
        Assert.Equal(all.Fingerprint, data.Fingerprint);
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("characters")]
    [InlineData("pairs")]
    public void Every_window_reads_as_the_whole_does(string tokens)
    {
        if (tokens == "pairs") tokens = PairTokensTests.Folder;
        using var samples = new Samples();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"Zeile {i}: süße €uro 😀\r\n")));
        for (var i = 0; i < text.Length; i += 997) text[i] = 0xFF;
        using var data = Dataset.Open(samples.File("x.txt", [0xEF, 0xBB, 0xBF, .. text]), With(("tokens", tokens)));
        foreach (var split in (Split[])[data.Train, data.Validation, data.Test, data.All])
        {
            var whole = new int[split.SpaceOf(0).Width];
            split.Read(0, whole);
            Assert.Equal(data.Tokens!.Encode(data.Tokens.Decode(whole)), whole);
            foreach (var (first, length) in (ValueTuple<int, int>[])[(0, 1), (1, 1), (1023, 2), (1024, 1), (1500, 3000), (whole.Length - 1, 1), (whole.Length, 0), (2047, 1026)])
            {
                if (first + length > whole.Length) continue;
                var window = new int[length];
                split.Read(0, first, window);
                Assert.Equal(whole[first..(first + length)], window);
            }
            Assert.Throws<ArgumentException>(() => split.Read(0, whole.Length, new int[1]));
            Assert.Throws<ArgumentException>(() => split.Read(0, -1, new int[1]));
            Assert.Throws<ArgumentException>(() => split.Read(0, new int[whole.Length - 1]));
        }
        Assert.Equal(data.Space.Levels, data.Tokens!.Size);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. text], BytesOf(data, data.All, 0));
        if (tokens == "characters") Assert.InRange(data.Space.Levels, 270, 300);
    }

    [Fact]
    public void Windows_of_pieces_read_as_the_whole_does_however_long_the_pieces()
    {
        using var samples = new Samples();
        byte[] text = [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"the other {i}"))), .. Enumerable.Repeat((byte)'x', 150_000), .. new byte[70_000], .. Enumerable.Repeat((byte)' ', 66_000), .. "the end"u8];
        foreach (var items in (string[])["stream", "lines"])
        {
            using var data = Dataset.Open(samples.File("x.txt", text), With(("tokens", PairTokensTests.Folder), ("items", items), ("validation", "0"), ("as", "bytes")));
            Assert.Equal($"hold_out=content as=bytes tokens=vocabulary items={items}", data.Preprocessing.Replace("validation=0 ", ""));
            var whole = PairTokensTests.Small.Encode(text);
            Assert.Equal(whole.Length, data.All.SpaceOf(0).Width);
            var random = new Philox(3, RandomPurpose.Test);
            for (ulong i = 0; i < 60; i++)
            {
                var window = new int[random.Below(0, i, i % 10 == 0 ? 100_000 : 60)];
                var first = random.Below(1, i, whole.Length - window.Length + 1);
                data.All.Read(0, first, window);
                Assert.Equal(whole[first..(first + window.Length)], window);
            }
        }
        // A model brings its vocabulary along; without one, somebody must say where it lies.
        using var brought = Dataset.Open(samples.File("y.txt", "the end"u8.ToArray()), DataOptions.FromCanonical("tokens=vocabulary hold_out=content") with { ModelTokens = PairTokensTests.Small });
        Assert.Same(PairTokensTests.Small, brought.Tokens);
        Assert.Contains("name the vocabulary", Assert.Throws<DataException>(() => Dataset.Open(samples.File("z.txt", "a"u8.ToArray()), With(("tokens", "vocabulary")))).Message);
        Assert.Contains("tokens=words is not allowed; use bytes, characters, or a path", Assert.Throws<DataException>(() => With(("tokens", "words"))).Message);
    }

    [Fact]
    public void Characters_are_those_of_the_training_part_or_the_models_own()
    {
        using var samples = new Samples();
        byte[] text = [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("aßb", 1000))), .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("xyz", 200)))];
        using var data = Dataset.Open(samples.File("x.txt", text), With(("tokens", "characters"), ("validation", "0.1")));
        Assert.Equal("characters 61-62 df", data.Tokens!.ToText());
        Assert.Equal(text, BytesOf(data, data.All, 0));
        using var other = Dataset.Open(samples.File("y.txt", "ßäa"u8.ToArray()), data.Options);
        var symbols = new int[4];
        other.All.Read(0, symbols);
        Assert.Equal([2, 3 + 0xC3, 3 + 0xA4, 0], symbols);
    }

    [Fact]
    public void Lines_keep_their_ends_and_are_held_out_by_content()
    {
        using var samples = new Samples();
        using var few = Dataset.Open(samples.File("few.txt", "a\n\r\nb\r\n\n\0\xFF"u8.ToArray()), With(("items", "lines"), ("validation", "0")));
        Assert.Equal(["a\n", "\r\n", "b\r\n", "\n", "\0\u00FF"], Enumerable.Range(0, few.All.Count).Select(i => TextOf(few, few.All, i)));
        Assert.Equal("few.txt:3", few.Train.ItemName(2));
        Assert.Equal(3, few.Space.Width);

        var lines = Enumerable.Range(0, 2000).Select(i => i % 3 == 0 ? "\n" : $"line {i / 4}\n").ToArray();
        using var data = Dataset.Open(samples.File("many.txt", Encoding.UTF8.GetBytes(string.Concat(lines))), With(("items", "lines")));
        Assert.Equal(2000, data.Train.Count + data.Validation.Count + data.Test.Count);
        HashSet<string> Contents(Split split) => [.. Enumerable.Range(0, split.Count).Select(i => TextOf(data, split, i))];
        HashSet<string> train = Contents(data.Train), validation = Contents(data.Validation), test = Contents(data.Test);
        Assert.False(train.Overlaps(validation) || train.Overlaps(test) || validation.Overlaps(test));
        Assert.Contains("\n", train); // a crowd of copies is for training
        Assert.InRange(validation.Count, 25, 80);
        Assert.InRange(test.Count, 25, 80);

        // A line more moves no other.
        using var more = Dataset.Open(samples.File("more.txt", Encoding.UTF8.GetBytes("another line\n" + string.Concat(lines))), With(("items", "lines")));
        var after = Enumerable.Range(0, more.Test.Count).Select(i => TextOf(more, more.Test, i)).ToHashSet();
        Assert.True(test.SetEquals(after.Where(line => line != "another line\n")));

        using var limited = Dataset.Open(samples.File("limited.txt", Encoding.UTF8.GetBytes(string.Concat(lines))), With(("items", "lines"), ("limit", "7")));
        Assert.Equal((7, 7), (limited.Train.Count, limited.Validation.Count));
        Assert.Equal(7, limited.Validation.CountIn(data.Validation));
        Assert.Equal(0, limited.Validation.CountIn(data.Train));
    }

    [Fact]
    public void A_folder_is_its_files_with_parts_and_labels_by_names()
    {
        using var samples = new Samples();
        for (var i = 0; i < 30; i++) samples.File($"{(i % 2 == 0 ? "ham" : "spam")}/{i:00}.txt", Encoding.UTF8.GetBytes($"Text {i} of {(i % 2 == 0 ? "ham" : "spam")}"));
        samples.File("ham/empty.txt", []);
        samples.File("spam/x.zip", [.. "PK\x3\x4"u8, 1, 2, 3]);
        samples.File("readme.txt", "about"u8.ToArray());
        using (var data = Dataset.Open(samples.Folder, DataOptions.Default))
        {
            Assert.Equal(Modality.Text, data.Modality);
            Assert.Equal(["ham", "spam"], data.ClassNames);
            Assert.Equal(30, data.All.Count);
            Assert.Equal(30, data.Train.Count + data.Validation.Count + data.Test.Count);
            for (var i = 0; i < 30; i++) Assert.EndsWith(data.ClassNames[data.All.Label(i)], TextOf(data, data.All, i));
            Assert.Contains(data.Notes, note => note.Contains("left out: 1 other file (spam/x.zip)"));
            Assert.Contains("left out: 1 empty file (ham/empty.txt)", data.Notes);
            Assert.Contains(data.Notes, note => note.Contains("readme.txt") && note.Contains("beside the sub-folders"));
            Assert.Equal("ham/02.txt", data.All.ItemName(1));
        }
        using (var stream = Dataset.Open(samples.Folder, With(("items", "stream"), ("validation", "0"))))
        {
            Assert.Empty(stream.ClassNames);
            Assert.Equal(1, stream.All.Count);
            Assert.StartsWith("Text 0 of hamText 2 of ham", TextOf(stream, stream.All, 0));
            Assert.Contains("about", TextOf(stream, stream.All, 0));
        }
        samples.File("ham/test/1.txt", "held out"u8.ToArray());
        samples.File("ham/test/2.txt", "Text 0 of ham"u8.ToArray());
        using var parts = Dataset.Open(samples.Folder, DataOptions.Default);
        Assert.Equal(["held out", "Text 0 of ham"], [TextOf(parts, parts.Test, 0), TextOf(parts, parts.Test, 1)]);
        Assert.Contains(parts.PartNotes, note => note.Contains("train 30, validation 0, test 2"));
        Assert.Contains(parts.PartNotes, note => note.Contains("1 of 30 training files also lie in the test"));
        Assert.Equal(29, parts.Train.Count + parts.Validation.Count);
    }

    [Fact]
    public void Packed_files_are_read_as_what_they_hold()
    {
        using var samples = new Samples();
        var prose = Prose(5000);
        using var plain = Dataset.Open(samples.File("a.txt", prose), DataOptions.Default);
        using var packed = Dataset.Open(samples.File("b.txt.gz", Samples.Gzip(prose)), DataOptions.Default);
        Assert.Equal(plain.Fingerprint, packed.Fingerprint);
        Assert.Equal(prose, BytesOf(packed, packed.All, 0));
        // A folder with both has it once.
        samples.File("a.txt.gz", Samples.Gzip(prose));
        using var folder = Dataset.Open(samples.Folder, With(("validation", "0")));
        Assert.Equal((2, "a.txt", "b.txt.gz"), (folder.All.Count, folder.All.ItemName(0), folder.All.ItemName(1)));
        Assert.Contains("is cut short", Assert.Throws<DataException>(() => Dataset.Open(samples.File("c.txt.gz", Samples.Gzip(prose)[..^50]), DataOptions.Default)).Message);
    }

    [Fact]
    public void A_sketch_knows_pieces_wherever_they_stand()
    {
        using var samples = new Samples();
        var text = Samples.RandomBytes(600_000);
        using var data = Dataset.Open(samples.File("a.dat", text), With(("validation", "0")));
        Assert.Equal(Modality.Bytes, data.Modality);
        var sketch = ContentSketch.Parse(data.Train.Sketch().ToString())!;
        var (seen, compared) = data.All.Compare(sketch);
        Assert.Equal(seen, compared);
        Assert.InRange(compared, 60, 300);
        using var moved = Dataset.Open(samples.File("b.dat", [.. Samples.RandomBytes(12_345, 5), .. text[100_000..400_000]]), With(("validation", "0")));
        (seen, compared) = moved.All.Compare(sketch);
        Assert.InRange((double)seen / compared, 0.8, 0.99);
        using var other = Dataset.Open(samples.File("c.dat", Samples.RandomBytes(300_000, 9)), DataOptions.Default);
        Assert.Equal(0, other.All.Compare(sketch).Seen);
        Assert.Equal(1, data.All.CountIn(data.Train));
    }

    [Fact]
    public void What_changes_while_it_is_in_use_is_noticed()
    {
        using var samples = new Samples();
        var path = samples.File("a.txt", Prose(5000));
        using var data = Dataset.Open(path, DataOptions.Default);
        File.AppendAllText(path, "more");
        Assert.Contains("has changed while it was in use", Assert.Throws<DataException>(() => BytesOf(data, data.All, 0)).Message);
    }

    [Theory, InlineData(3), InlineData(70)] // some stay open, many are opened anew
    public void A_file_of_a_folder_that_is_replaced_by_another_of_its_length_is_noticed(int files)
    {
        using var samples = new Samples();
        for (var i = 0; i < files; i++) samples.File($"many/{i}.txt", Encoding.UTF8.GetBytes($"apple {i:000}\n"));
        var folder = Path.Combine(samples.Folder, "many");
        using var data = Dataset.Open(folder, DataOptions.Default);
        var before = Enumerable.Range(0, files).Sum(item => BytesOf(data, data.All, item).Length);
        Assert.Equal(files * 10, before);
        var one = samples.File("other.txt", "lemon 002\n"u8.ToArray());
        File.Move(one, Path.Combine(folder, "2.txt"), overwrite: true);
        Assert.Contains("has changed while it was in use", Assert.Throws<DataException>(() =>
        {
            for (var item = 0; item < files; item++) BytesOf(data, data.All, item);
        }).Message);
    }

    [Fact]
    public void Drawing_comparing_and_sketching_items_end_when_they_are_asked_to()
    {
        using var samples = new Samples();
        for (var i = 0; i < 200; i++) samples.File($"many/{i}.txt", Encoding.UTF8.GetBytes($"note {i}\n"));
        using var stop = new CancellationTokenSource();
        using var data = Dataset.Open(Path.Combine(samples.Folder, "many"), DataOptions.Default, cancellation: stop.Token);
        Assert.Equal(7, data.All.Sample(7).Count);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => data.All.Sample(7));
        Assert.Throws<OperationCanceledException>(() => data.All.Sketch());
        Assert.Throws<OperationCanceledException>(() => data.All.CountIn(data.Train));
        Assert.Throws<OperationCanceledException>(() => data.Fingerprint);
    }

    [Fact]
    public void Small_files_have_a_right_answer_or_a_sentence()
    {
        using var samples = new Samples();
        Assert.Contains("is an empty file", Assert.Throws<DataException>(() => Dataset.Open(samples.File("e.txt", []), DataOptions.Default)).Message);
        Assert.Contains("nothing in it", Assert.Throws<DataException>(() => Dataset.Open(samples.File("e.txt", []), With(("as", "text")))).Message);
        Assert.Contains("an empty file", Assert.Throws<DataException>(() => Dataset.Open(samples.File("e.txt.gz", Samples.Gzip([])), With(("as", "bytes")))).Message);
        for (var length = 1; length < 60; length++)
        {
            var bytes = Prose(length);
            using var data = Dataset.Open(samples.File("s.txt", bytes), DataOptions.Default);
            var (train, validation, test) = (Sum(data.Train), Sum(data.Validation), Sum(data.Test));
            Assert.True(train > 0 && train + validation + test <= length);
            Assert.Equal(bytes, BytesOf(data, data.All, 0));
            foreach (var items in (string[])["lines", "files"])
                foreach (var tokens in (string[])["bytes", "characters"])
                {
                    using var one = Dataset.Open(samples.File("one.txt", bytes), With(("items", items), ("tokens", tokens)));
                    Assert.True(one.Train.Count >= 1);
                    Assert.Equal(bytes, Enumerable.Range(0, one.All.Count).SelectMany(i => BytesOf(one, one.All, i)));
                }
        }

        static int Sum(Split split) => Enumerable.Range(0, split.Count).Sum(i => split.SpaceOf(i).Width);
    }
}
