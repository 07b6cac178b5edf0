using System.Globalization;
using System.IO.Compression;
using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Data.Tables;

/// <summary>Tables: dialects and types are found out, cells become symbols and come back, and what is wrong is named.</summary>
public sealed class TableTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(",", false, false), InlineData(";", true, false), InlineData("\t", false, true), InlineData("|", false, false)]
    public void Rows_come_back_as_they_were_in_every_dialect(string separator, bool comma, bool packed)
    {
        var path = Write("t.csv", Lines(400, separator, comma), packed);
        using var data = Open(path, ("validation", "0"));
        var tokens = (TableTokens)data.Tokens!;
        Assert.Equal(["city", "age", "price", "since", "member"], tokens.Names);
        var lines = Lines(400, separator, comma).Split('\n');
        for (var i = 0; i < data.All.Count; i++)
        {
            var row = new int[data.Space.Dimensions];
            data.All.Read(i, row);
            Assert.Equal(lines[i + 1].TrimEnd('\r').Replace("\"", ""), string.Join(separator, tokens.Cells(row)));
            Assert.Equal(row, tokens.Row(tokens.Cells(row)));
        }
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
    }

    [Fact]
    public void Types_are_what_all_values_say()
    {
        var path = Write("t.csv", "kind,whole,step,day,zip,flag,empty,id,text\n" + string.Concat(Enumerable.Range(0, 300).Select(i =>
            $"{"abc"[i % 3]},{i % 70},{(i % 90) / 4.0:F2},2024-03-{1 + i % 28:00},0{1000 + i % 40},{i % 2},,row{i},{(i % 11 == 0 ? "NA" : i % 5)}\n")));
        using var data = Open(path);
        var said = data.Describe();
        Assert.Contains("kind: categorical, 3 values", said, StringComparison.Ordinal);
        Assert.Contains("whole: whole number, 0 to 69", said, StringComparison.Ordinal);
        Assert.Contains("step: decimal, step 0.25, 0.00 to 22.25", said, StringComparison.Ordinal);
        Assert.Contains("day: date, 2024-03-01 to 2024-03-28", said, StringComparison.Ordinal);
        Assert.Contains("zip: categorical, 40 values", said, StringComparison.Ordinal);
        Assert.Contains("flag: binary, 2 values: 0, 1", said, StringComparison.Ordinal);
        Assert.Contains("column 'empty' has no value in any row, and is left out", said, StringComparison.Ordinal);
        Assert.Contains("column 'id' is left out, as its 300 values are 300 different ones", said, StringComparison.Ordinal);
        Assert.Contains("text: whole number, 0 to 4", said, StringComparison.Ordinal);
        using var told = Open(path, ("types", "whole:category,id:category"), ("columns", "whole,id,kind"));
        Assert.Contains("whole: categorical, 70 values", told.Describe(), StringComparison.Ordinal);
        Assert.Contains("id: categorical, 300 values", told.Describe(), StringComparison.Ordinal);
        Assert.Equal(3, told.Space.Dimensions);
        using var without = Open(path, ("columns", "-id,-zip"), ("label", "kind"));
        Assert.Equal(["a", "b", "c"], without.ClassNames);
        Assert.Equal(0, without.All.Label(0));
        Assert.DoesNotContain("kind", ((TableTokens)without.Tokens!).Names);
    }

    [Fact]
    public void Numbers_of_a_long_range_have_levels_that_hold_them_and_those_that_occur_often_are_names()
    {
        var random = new Philox(1, RandomPurpose.Test);
        var path = Write("t.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => FormattableString.Invariant($"{(i % 3 == 0 ? 0 : ExactMath.Exp(3 * random.Normal((ulong)i, 0))):F4},{random.Normal((ulong)i, 1):F6}\n"))));
        using var data = Open(path, ("validation", "0"));
        var tokens = (TableTokens)data.Tokens!;
        Assert.Equal([0], tokens.Columns[0].Frequent);
        Assert.Empty(tokens.Columns[1].Frequent);
        var grid = tokens.Columns[0].Grid!;
        for (var level = 0; level < grid.Levels; level++)
        {
            Assert.True(grid.Width(level) > 0);
            if (grid.Middle(level) > grid.Least && grid.Middle(level) < grid.Most) Assert.Equal(level, grid.LevelOf(grid.Middle(level)));
        }
        Assert.Equal((-1, -1), (grid.LevelOf(-NumberText.MostSteps), grid.LevelOf(NumberText.MostSteps)));
        Assert.Equal(new NumberGrid(grid.Least, grid.Most, grid.Unit, grid.Center, grid.Scale).Levels, grid.Levels);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", "row 2, has 1 cells, and the rows before it have 2")]
    [InlineData("a,b\n", "has names of columns and no row")]
    [InlineData("just a text\nof lines\n", "is no table")]
    [InlineData("a,b\n,\n,\n", "has no column that can be modelled")]
    public void What_is_no_table_is_named(string content, string words)
        => Assert.Contains(words, Assert.Throws<DataException>(() => Open(Write("t.csv", content), ("as", "table")).Dispose()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("columns", "c", "has none of that name"), InlineData("label", "c", "has none of that name"), InlineData("types", "c:number", "has none of that name"), InlineData("types", "a:colour", "is not allowed"), InlineData("types", "b:number", "is to be of numbers and has none"), InlineData("types", "a:date", "is to be of dates")]
    public void What_no_column_is_is_named(string key, string value, string words)
        => Assert.Contains(words, Assert.Throws<DataException>(() => Open(Write("t.csv", "a,b\n1,x\n2,y\n3,x\n"), (key, value)).Dispose()).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_of_columns_may_be_doubled_blank_or_not_there()
    {
        using (var data = Open(Write("a.csv", "a,a,\n1,2,x\n2,3,y\n4,5,x\n"))) Assert.Equal(["a", "a.2", "x3"], ((TableTokens)data.Tokens!).Names);
        using (var data = Open(Write("b.csv", "0,1,0\n1,1,0\n0,0,1\n")))
        {
            Assert.Equal(["x1", "x2", "x3"], ((TableTokens)data.Tokens!).Names);
            Assert.Equal((3, 2, true), (data.All.Count, data.Space.Levels, ((TableTokens)data.Tokens!).IsBinary));
            Assert.Null(data.Space.Columns); // what the models of binary variables take
        }
        using (var data = Open(Write("c.csv", "first name,b c\n1,2\n2,9\n3,4\n"), ("columns", "first name"))) Assert.Equal("columns=first%20name", data.Options.ToCanonical().Split(' ').First(word => word.StartsWith("columns", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_reads_other_tables_by_the_names_of_its_columns()
    {
        using var data = Open(Write("t.csv", Lines(300, ",", false)));
        var options = data.Options;
        using var other = Dataset.Open(Write("u.csv", "member;price;since;age;city;more\nyes;1,50;2023-11-15;200;Atlantis;9\n;;;;;\n"), options);
        var (row, tokens) = (new int[5], (TableTokens)other.Tokens!);
        other.All.Read(0, row);
        Assert.Equal("?", tokens.Cells(row)[0]);
        Assert.Equal(["1.50", "2023-11-15", "yes"], tokens.Cells(row)[2..]);
        other.All.Read(1, row);
        Assert.All(row, symbol => Assert.True(tokens.IsMissing(symbol)));
        Assert.Contains("has no column 'city'", Assert.Throws<DataException>(() => Dataset.Open(Write("v.csv", "age,price\n1,2\n3,4\n"), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_does_not_fit_into_memory_is_read_from_a_file_beside_it()
    {
        using var store = new RecordStore(1 << 16);
        var record = new byte[1 << 16];
        for (var i = 0; i < 2500; i++)
        {
            Array.Fill(record, (byte)i);
            store.Add(record);
        }
        foreach (var i in (int[])[0, 1, 15, 16, 2047, 2048, 2496, 2499, .. Enumerable.Range(2480, 20), 0, 3, 4, 9, 9, 8])
        {
            store.Read(i, record);
            Assert.Equal((byte)i, record[0]);
            Assert.Equal((byte)i, record[^1]);
        }
    }

    [Fact]
    public void Any_cells_are_filled_from_their_exact_conditional()
    {
        var space = Space.Table([Alphabet.OfColumn(4, 0), Alphabet.OfColumn(3, 0), Alphabet.OfColumn(2, 16)]);
        var config = new MadeConfig { Orderings = 0, Hidden = 12, Masks = 1 };
        var model = config.Build(space, 0, 3);
        Assert.True(model.TakesAnyOrder);
        // What a walk in an order says of the last columns is p(all) / p(first), both by that order.
        foreach (int[] order in (int[][])[[0, 1, 2], [2, 0, 1], [1, 2, 0]])
        {
            var total = 0.0;
            for (var state = 0; state < 4 * 3 * 18; state++)
            {
                int[] row = [state % 4, state / 4 % 3, state / 12];
                var walk = model.Predict(1, order: order);
                var (log, logs) = (0.0, new float[1]);
                foreach (var dimension in order)
                {
                    Assert.Equal(dimension, walk.DimensionAt(walk.Position));
                    walk.Observe([row[dimension]], logs);
                    log += logs[0];
                }
                total += Math.Exp(log);
            }
            Assert.Equal(1, total, 5);
        }
        Assert.True(Walk.IsExact(model, [false, true, false]));
        var drawn = Walk.Complete(model, [0, 2, 0], [false, true, false], 300, undrawn: _ => 0..2);
        Assert.All(drawn, row => Assert.True(row[0] >= 2 && row[1] == 2 && row[2] >= 2));
        Assert.Equal(drawn, Walk.Complete(model, [0, 2, 0], [false, true, false], 300, threads: 1, undrawn: _ => 0..2));
        Assert.Throws<ArgumentException>(() => new MadeConfig().Build(space, 0, 1).Predict(1, order: [2, 1, 0]));
        Assert.Throws<ArgumentException>(() => model.Predict(1, order: [2, 1, 1]));
    }

    [Fact]
    public void Cells_that_are_asked_for_have_the_probability_of_one_order_in_which_they_come_last()
    {
        using var data = Open(Write("t.csv", Lines(60, ",", false)), ("validation", "0"), ("test", "0"));
        var tokens = (TableTokens)data.Tokens!;
        var model = new MadeConfig { Hidden = 12, Orderings = 0 }.Build(data.Space, 0, 3);
        int[][] rows = [.. Enumerable.Range(0, 20).Select(i => { var row = new int[5]; data.All.Read(i, row); return row; })];
        int[][] given = [.. rows.Select((row, i) => (int[])[.. row.Select((symbol, c) => (i + c) % 3 == 0 ? 0 : symbol)])];
        given[4] = rows[4];
        var scores = CellLikelihood.Score(model, tokens, rows, given);
        Assert.Equal(scores, CellLikelihood.Score(model, tokens, rows, given, threads: 1));
        for (var i = 0; i < rows.Length; i++)
        {
            int[] asked = [.. Enumerable.Range(0, 5).Where(c => given[i][c] == 0 && rows[i][c] != 0)], known = [.. Enumerable.Range(0, 5).Where(c => given[i][c] != 0)];
            Assert.Equal(asked.Length, scores[i].Cells);
            int[] order = [.. known, .. asked, .. Enumerable.Range(0, 5).Except(known).Except(asked)];
            var (walk, nats, logs) = (model.Predict(1, order: order), 0.0, new float[1]);
            for (var step = 0; step < known.Length + asked.Length; step++)
            {
                walk.Observe([rows[i][order[step]]], logs);
                if (step >= known.Length) nats -= logs[0];
            }
            Assert.Equal(nats, scores[i].Nats, 4);
            Assert.Equal(asked.Sum(c => tokens.Rest(c, rows[i][c])), scores[i].Rest, 9);
        }
        Assert.Contains("orderings=0", Assert.Throws<ModelException>(() => CellLikelihood.Score(new MadeConfig().Build(data.Space, 0, 1), tokens, rows, given)).Message, StringComparison.Ordinal);
        given[2] = [.. rows[2].Select(symbol => symbol + 1)];
        Assert.Throws<ArgumentException>(() => CellLikelihood.Score(model, tokens, rows, given));
    }

    [Fact]
    public void Rows_that_are_drawn_lack_only_what_rows_of_the_table_lacked()
    {
        using var data = Open(Write("t.csv", Lines(300, ",", false)));
        var tokens = (TableTokens)data.Tokens!;
        Assert.Equal((1..2, 0..2, 0..2), (tokens.Undrawn(0, isFilled: false), tokens.Undrawn(0, isFilled: true), tokens.Undrawn(1, isFilled: false)));
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
        var rows = Walk.Sample(new MadeConfig { Hidden = 6 }.Build(data.Space, 0, 1), 500, undrawn: column => tokens.Undrawn(column, isFilled: false));
        Assert.Contains(rows, row => row[0] == 0);
        Assert.All(rows, row => Assert.True(row[0] != 1 && row.Skip(1).All(symbol => symbol >= TableTokens.FirstValue)));
        // What is drawn beside symbols that are not has the shares that are left.
        var walk = new MadeConfig { Hidden = 6 }.Build(data.Space, 0, 1).Predict(1);
        var (drawn, chances, uniform) = (new int[1], new double[2], 2000);
        var head = walk.Next();
        for (var i = 0; i < uniform; i++)
        {
            foreach (var topK in (int[])[0, 5])
            {
                new Sampler(topK: topK).Draw(head, [(i + 0.5) / uniform], drawn, 1..4);
                Assert.True(drawn[0] is 0 or 4);
                if (drawn[0] == 0) chances[topK == 0 ? 0 : 1]++;
            }
        }
        Assert.Equal(chances[0], chances[1], 1.0);
    }

    [Fact]
    public void What_is_far_beyond_all_numbers_of_a_column_is_none_of_it()
    {
        using var data = Open(Write("t.csv", "wide,short,name\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i * 7919 % 10_000 / 100.0:F2},{i % 30},n{i * 31 % 700}\n"))));
        var tokens = (TableTokens)data.Tokens!;
        Assert.All(tokens.Row(["99.99", "29", "n0"]), symbol => Assert.True(symbol >= TableTokens.FirstValue));
        Assert.All(tokens.Row(["110", "30", "n0"]), symbol => Assert.True(symbol >= TableTokens.FirstValue));
        Assert.Equal([1, 1, 1], tokens.Row(["1000000", "40", "other"]));
        Assert.Equal([1, 1], tokens.Row(["-99999", "-5", "n0"])[..2]);
        Assert.Contains(data.Notes, note => note.Contains("column 'name' has 700 names in 2000 rows", StringComparison.Ordinal) && note.Contains("columns=-name", StringComparison.Ordinal));
        using var unlabelled = Dataset.Open(_folder["t.csv"], DataOptions.Parse([KeyValuePair.Create("label", "nope")]) with { ModelTokens = tokens });
        Assert.Contains(unlabelled.Notes, note => note.Contains("no column 'nope'", StringComparison.Ordinal));
    }

    [Fact]
    public void Numbers_are_drawn_evenly_within_the_level_that_holds_them()
    {
        using var data = Open(Write("t.csv", "amount,kind\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i * 7919 % 100_000 + 12},{"ab"[i % 2]}\n"))));
        var (tokens, row) = ((TableTokens)data.Tokens!, new int[2]);
        var (last, most) = (data.Space.AlphabetAt(0).Size - 1, 12 + Enumerable.Range(0, 3000).Max(i => i * 7919 % 100_000));
        for (var symbol = TableTokens.FirstValue; symbol <= last; symbol++)
        {
            row[0] = symbol;
            row[1] = 2;
            var numbers = Array.ConvertAll((double[])[0, 0.5, 1 - 1e-12], share => long.Parse(tokens.Cells(row, _ => share)[0], CultureInfo.InvariantCulture));
            Assert.True(numbers[0] <= numbers[1] && numbers[1] <= numbers[2]);
            Assert.InRange(numbers[0], 12, numbers[2]);
            Assert.InRange(numbers[2], numbers[0], most);
            // Levels that are further out than all numbers have the least or the largest.
            foreach (var number in numbers.Where(number => number > 12 && number < most)) Assert.Equal(symbol, tokens.Row([number.ToString(CultureInfo.InvariantCulture), "a"])[0]);
        }
        int[][] rows = [.. Enumerable.Repeat(new[] { last / 3, 3 }, 400)];
        var lines = tokens.ToCsv(rows, new Philox(1, RandomPurpose.Sampling)).Split('\n');
        Assert.True(lines.Distinct().Count() > 50);
        Assert.Equal(3, tokens.ToCsv(rows).Split('\n').Distinct().Count());
    }

    [Fact]
    public void What_a_stranger_says_of_columns_is_bounded()
    {
        using var data = Open(Write("t.csv", Lines(300, ",", false) + string.Concat(Enumerable.Range(0, 300).Select(i => $"Rome,{i * 7919 % 100_000},{i}.50,2023-01-15,no\n"))));
        var text = data.Tokens!.ToText();
        Assert.Contains("\"scale\"", text, StringComparison.Ordinal);
        foreach (var (from, to) in ((string, string)[])[("\"unit\":1", "\"unit\":0"), ("\"unit\":1", "\"unit\":9e300"), ("\"decimals\":0", "\"decimals\":99"), ("\"scale\":", "\"scale\":1e-300,\"was\":"), ("\"center\":", "\"center\":1e300,\"was\":"), ("\"name\":\"age\"", "\"name\":null"),
            ("\"least\":", "\"least\":9007199254740999,\"was\":"), ("\"Rome\"", "null"), ("\"Rome\"", "\"Oslo\""), ("\"columns\":[", "\"columns\":[],\"were\":["), ("\"type\":\"number\"", "\"type\":\"category\""), ("\"form\":\"yyyy-MM-dd\"", "\"form\":\"x\""), ("}", "")])
            Assert.Throws<DataException>(() => Tokens.Parse(text.Replace(from, to, StringComparison.Ordinal) is var changed && changed != text ? changed : throw new InvalidOperationException(from)));
        var model = new MadeConfig { Hidden = 4 }.Build(data.Space, 0, 1);
        var other = new Checkpoint(model, [], "as=table") { Assets = new SortedDictionary<string, string> { [Checkpoint.Tokens] = text.Replace("\"most\":", "\"most\":1,\"was\":", StringComparison.Ordinal).Replace("\"least\":", "\"least\":0,\"were\":", StringComparison.Ordinal) } };
        Assert.Throws<DataException>(() => Continuation.TokensOf(other));
    }

    [Fact]
    public void A_table_of_numbers_is_rows_of_vectors_where_it_is_said()
    {
        var path = Write("n.csv", "a;b;kind\n1,5;2;x\n-3;4e2;y\n0;1;x\n");
        using var data = Open(path, ("as", "vectors"), ("label", "kind"), ("validation", "0"));
        var row = new float[2];
        data.All.ReadValues(1, 0, row);
        Assert.Equal([-3, 400], row);
        Assert.Equal(["x", "y"], data.ClassNames);
        Assert.Equal((0, 1), (data.All.Label(0), data.All.Label(1)));
        Assert.Contains("'x', which is no number, in column 'kind', row 1", Assert.Throws<DataException>(() => Open(path, ("as", "vectors"))).Message, StringComparison.Ordinal);
        Assert.Contains("has no number in column 'b', row 2", Assert.Throws<DataException>(() => Open(Write("m.csv", "a,b\n1,2\n3,\n5,6\n"), ("as", "vectors"))).Message, StringComparison.Ordinal);
    }

    static string Lines(int count, string separator, bool comma)
    {
        var text = new StringBuilder(string.Join(separator, "city", "age", "price", "since", "member") + "\r\n");
        for (var i = 0; i < count; i++)
            text.Append(string.Join(separator, i % 7 == 0 ? "" : "\"" + (string[])["Rome", "Oslo", "Ulm"] switch { var all => all[i % 3] } + "\"", 20 + i % 50,
                (1.5 + i % 40 * 0.25).ToString("F2", CultureInfo.InvariantCulture).Replace('.', comma ? ',' : '.'), $"2023-{1 + i % 12:00}-15", i % 4 == 0 ? "yes" : "no")).Append(i % 2 == 0 ? "\n" : "\r\n");
        return text.ToString();
    }

    string Write(string name, string content, bool packed = false)
    {
        var path = _folder[packed ? name + ".gz" : name];
        using Stream file = File.Create(path);
        using var target = packed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        target.Write([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(content)]);
        return path;
    }

    static Dataset Open(string path, params (string Key, string Value)[] settings) => Dataset.Open(path, DataOptions.Parse(settings.Select(one => KeyValuePair.Create(one.Key, one.Value))));
}
