using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Compressing and decompressing is the identity for every model; a block is no longer than the log-likelihood plus 0.05 % and 16 bytes
/// (of an ensemble, than the likeliest member's and the choice of it); and no byte depends on batch or threads.
/// </summary>
public sealed class ArchiveLaw
{
    public static TheoryData<string> Cases => LawCases.Names(law => law.Space.Levels <= 256); // more are in no archive's items
    public static TheoryData<string> TableCases => LawCases.Names(law => TableOf(law) is not null);
    public static TheoryData<string> FileCases => LawCases.Names(law => law.Space.Levels <= 256 && law.Space.Columns is null); // rows of a table are in no array

    [Theory, MemberData(nameof(Cases))]
    public void The_parallel_pass_hands_out_the_probabilities_of_the_predictor(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        const int Count = 17;
        var (examples, labels) = (law.Examples(Count), law.Labels(Count));
        for (var member = 0; member < Math.Min(3, model.Members); member++)
        {
            var parallel = new double[law.Space.Dimensions][];
            model.Distributions(new Tape(), Faces.Batch(model, examples, labels), (dimension, distributions) =>
            {
                Assert.Equal(Count, distributions.Count);
                parallel[dimension] = All(distributions);
            }, member);
            var predictor = model.Predict(Count, labels, member);
            var symbols = new int[Count];
            for (var step = 0; step < predictor.Count; step++)
            {
                var dimension = predictor.DimensionAt(step);
                var next = All(predictor.Next());
                Assert.True(next.AsSpan().SequenceEqual(parallel[dimension]), $"{law}, member {member}, step {step}: the distribution functions differ");
                Assert.True(next.AsSpan().SequenceEqual(All(predictor.Next())), $"{law}, member {member}, step {step}: the predictor contradicts itself");
                for (var b = 0; b < Count; b++) symbols[b] = examples[b][dimension];
                predictor.Observe(symbols);
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_block_is_as_long_as_the_log_likelihood_says(string name)
    {
        var law = LawCases.Find(name);
        var sized = new SizedModel(law.Build(), law.Space);
        var model = sized.Model;
        foreach (var count in new[] { 1, 100 })
        {
            var (examples, labels) = (law.Examples(count), law.Labels(count));
            var bits = 0.0;
            var best = Enumerable.Repeat(double.NegativeInfinity, count).ToArray();
            for (var member = 0; member < model.Members; member++)
            {
                var totals = Faces.Totals(Faces.Parallel(model, examples, labels, member));
                for (var i = 0; i < count; i++) best[i] = Math.Max(best[i], totals[i]);
            }
            foreach (var total in best) bits += -total / Math.Log(2) + Math.Log2(model.Members);
            // What score reports as an archive's share is that.
            var coded = new double[count];
            new Scorer(model, 1).Score(examples, labels, coded: coded);
            Assert.Equal(bits, coded.Sum() / Math.Log(2), 6);
            var block = Block(sized, examples, labels);
            var length = new BlockEncoder(1, 0).Encode([block], null, default)[0].Length - 4;
            Assert.True(length <= bits / 8 * 1.0005 + 16, $"{law}: {count} items take {length} bytes, the log-likelihood says {bits / 8:F1}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_block_is_the_same_for_every_batch_and_number_of_threads_and_decodes_under_every_other(string name)
    {
        var law = LawCases.Find(name);
        var sized = new SizedModel(law.Build(), law.Space);
        const int Count = 70;
        var (examples, labels) = (law.Examples(Count), law.Labels(Count));
        byte[]? expected = null;
        foreach (var (threads, batch, alone) in new[] { (1, 0, int.MaxValue), (1, 1, int.MaxValue), (2, 7, int.MaxValue), (2, 64, 0), (3, 7, law.Space.Dimensions / 2) })
        {
            var stream = new BlockEncoder(threads, batch).Encode([Block(sized, examples, labels)], null, default)[0];
            expected ??= stream;
            Assert.True(expected.AsSpan().SequenceEqual(stream), $"{law}: other bytes with {threads} threads and batch {batch}");
            var decoded = BlockDecoder.Decode(sized, stream.AsSpan(0, stream.Length - 4), Count, labels, threads, batch, null, default, alone);
            Assert.True(decoded.AsSpan().SequenceEqual(examples.SelectMany(LawCase.Bytes).ToArray()), $"{law}: decoded otherwise with {threads} threads and batch {batch}, alone after step {alone}");
        }
    }

    [Theory, MemberData(nameof(FileCases))]
    public void Compressing_and_decompressing_is_the_identity(string name)
    {
        var law = LawCases.Find(name);
        var model = IdxFiles.Checkpoint(law);
        using var folder = new TemporaryFolder();
        var input = IdxFiles.Write(folder.Path, "law", law.Space, law.Examples(30), law.Labels(30));
        var made = Archive.Compress(model, [input], folder["a.lka"], new ArchiveOptions { Threads = 2, Strict = law.Space.Symbols is 1 or 3 });
        Assert.Equal(30, made.Items);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Archive.Decompress(archive, model, folder["out"], new ArchiveOptions { Threads = 1 });
        Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(folder["out/law-images.idx"]));
    }

    [Theory, MemberData(nameof(TableCases))]
    public void A_table_takes_what_its_rows_do_and_comes_back(string name)
    {
        var (law, tokens) = (LawCases.Find(name), TableOf(LawCases.Find(name))!);
        var code = new TableBlocks.Code(new SizedModel(law.Build(), law.Space), tokens, 1, 0);
        var bytes = Encoding.UTF8.GetBytes(tokens.ToCsv(law.Examples(150)));
        var lines = Encoding.UTF8.GetString(bytes).Split('\n')[1..^1];
        var rows = Array.ConvertAll(lines, line => tokens.Row(line.Split(',')));
        var coded = new double[rows.Length];
        new Scorer(code.Sized.Model, 1).Score(rows, [], coded: coded);
        byte[]? expected = null;
        foreach (var (threads, batch) in new[] { (1, 0), (1, 1), (2, 7) })
        {
            code = code with { Threads = threads, Batch = batch };
            var stream = TableBlocks.EncodeRows(code, bytes, [bytes.Length], [TableForm.Of(tokens)], new double[1], default)!;
            expected ??= stream;
            Assert.True(expected.AsSpan().SequenceEqual(stream), $"{law}: other bytes with {threads} threads and batch {batch}");
            Assert.True(bytes.AsSpan().SequenceEqual(TableBlocks.Decode(code with { Threads = 3 - threads }, stream, bytes.Length, default)), $"{law}: decoded otherwise with {3 - threads} threads and batch {batch}");
        }
        var bits = coded.Sum() / Math.Log(2) + rows.Sum(row => tokens.Rest(row)) / Math.Log(2);
        Assert.True(expected!.Length <= bits / 8 * 1.0005 + 16 + 4 * tokens.Names.Count, $"{law}: {rows.Length} rows take {expected.Length} bytes, the log-likelihood says {bits / 8:F1}");
    }

    // A table of whose rows the examples of a case are; null if there is none.
    static TableTokens? TableOf(LawCase law)
    {
        if (law.Classes > 0 || law.Space.Columns is null && (law.Space.IsSequence || law.Space != Space.Image(1, law.Space.Width, 1, 2)) || law.Space.Width < 2) return null;
        var columns = Enumerable.Range(0, law.Space.Width).Select(c => law.Space.Columns is null ? Names(c, 2) : law.Space.AlphabetAt(c) is { Scale: AlphabetScale.Ordinal } alphabet ? Numbers(c, alphabet) : Names(c, law.Space.AlphabetAt(c).Size - TableTokens.FirstValue)).ToArray();
        return new TableTokens(columns, new Dialect(',', false, true), law.Space.Columns is null) is var tokens && tokens.Space == law.Space ? tokens : null;
    }

    static TableColumn Names(int column, int count) => new() { Name = $"column {column}", Type = ColumnType.Category, Missing = "?", Names = [.. Enumerable.Range(0, count).Select(i => $"name {i}")] };

    static TableColumn Numbers(int column, Alphabet alphabet)
    {
        var range = Enumerable.Range(1, NumberGrid.Short).FirstOrDefault(range => Grid(range).Levels == alphabet.Size - alphabet.Names, 1);
        return new() { Name = $"column {column}", Type = ColumnType.Number, Missing = "?", Decimals = 2, Grid = Grid(range), Frequent = [.. Enumerable.Range(0, alphabet.Names - TableTokens.FirstValue).Select(i => 1000L + i)] };
    }

    static NumberGrid Grid(int range) => new(-range / 2, range - range / 2, 1, 0, 1);

    // What lies below every level, for every example: from nothing, never falling, to the whole; and what a coder takes of a bit.
    static double[] All(SymbolDistributions distributions)
    {
        var (all, cumulative) = (new List<double>(), distributions.NewCumulative());
        var ones = new float[distributions.Count];
        if (distributions.Head.IsBit) distributions.ProbabilitiesOfOne(ones);
        for (var b = 0; b < distributions.Count; b++)
        {
            distributions.Begin(b, cumulative);
            Assert.Equal(0, cumulative.Below(0));
            Assert.Equal(cumulative.Total, cumulative.Below(cumulative.Levels), 1e-9);
            for (var level = 1; level <= cumulative.Levels; level++)
            {
                Assert.True(cumulative.Below(level) >= cumulative.Below(level - 1), $"less lies below {level} than below {level - 1}");
                all.Add(cumulative.Below(level));
            }
            if (distributions.Head.IsBit) Assert.Equal((double)ones[b], cumulative.Below(2) - cumulative.Below(1), 1e-7);
            all.Add(cumulative.Total);
        }
        return [.. all, .. ones.Select(one => (double)one)];
    }

    static ItemBlock Block(SizedModel sized, int[][] examples, int[] labels)
    {
        var block = new ItemBlock(sized, examples.Length, 1);
        for (var i = 0; i < examples.Length; i++) block.Add(LawCase.Bytes(examples[i]), labels.Length == 0 ? -1 : labels[i]);
        return block;
    }
}
