using System.Globalization;
using System.Text;
using Likely.Data;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Data.Tables;

/// <summary>What a table says is read as it is meant or named, and what is drawn is what its rows support.</summary>
public sealed class HonestReadingTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a,n\nx,\"1,234,567.8\"\ny,12.5\nz,\"-1,000.0\"\nx,\"2,000.0\"\n", "-1,000.0 to 1,234,567.8", "1,234,567.8")]
    [InlineData("a;n\nx;1 234,5\ny;12,5\nz;-1 000,0\nx;2 000,0\n", "-1 000,0 to 2 000,0", "1 234,5")]
    [InlineData("a;n\nx;1.234,5\ny;12,5\nz;-1.000,0\nx;2.000,0\n", "-1.000,0 to 2.000,0", "1.234,5")]
    [InlineData("a;n;b\nx;1.234;0,5\ny;12;1,5\nz;5.000.000;2,5\nx;77;1,5\n", "12 to 5.000.000", "1.234", "0,5")]
    [InlineData("a\tn\nx\t1'234\ny\t12\nz\t5'000'000\nx\t77\n", "12 to 5'000'000", "1'234")]
    public void Marks_between_thousands_are_read_and_written(string content, string range, params string[] first)
    {
        using var data = Open(content, ("validation", "0"));
        Assert.Contains($"{range}, ", data.Describe(), StringComparison.Ordinal);
        Assert.Contains(data.Notes, note => note.Contains("with marks between thousands", StringComparison.Ordinal));
        var tokens = (TableTokens)data.Tokens!;
        var read = (TableTokens)Tokens.Parse(tokens.ToText());
        Assert.Equal(tokens.ToText(), read.ToText());
        var symbols = new int[1 + first.Length];
        data.All.Read(0, symbols);
        Assert.Equal(symbols, read.Row(["x", .. first]));
        Assert.True(symbols[1] >= TableTokens.FirstValue);
        Assert.Equal(read.Columns[1].TextOf(symbols[1], tokens.Dialect.HasDecimalComma), read.Cells(symbols)[1]);
    }

    [Fact]
    public void Numbers_with_other_marks_are_named()
    {
        using var data = Open("a,n\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"x,\"{i % 9},5\"\n")));
        Assert.Contains(data.Notes, note => note.Contains("column 'n' is taken for names, as '0,5' in row 1 has other marks than this table's numbers, which have a decimal point", StringComparison.Ordinal));
        var mixed = Open("a;n\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},5;{(i < 20 ? "4.5" : "1.234,5")}{i % 3}\n")));
        Assert.Contains(mixed.Notes, note => note.Contains("column 'n'", StringComparison.Ordinal) && note.Contains("1.234,5", StringComparison.Ordinal));
        mixed.Dispose();
        Assert.Contains("'1,234', which is no number, in column 'n', row 1", Assert.Throws<DataException>(() => Open("a,n\n1,\"1,234\"\n2,3\n", ("as", "vectors"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3,\"4\n5,6\n7,8\n", "line 3, has a quote that is not closed")]
    [InlineData("a,b\n1,2\n\"x\n\ny\",3\n5,\"6\n", "line 6, has a quote that is not closed")]
    [InlineData("\"a,b\n1,2\n5,6\n7,8\n", "line 1, has a quote that is not closed")]
    [InlineData("a,b\n1,2\n5\" pipe,3\n6\" pipe,4\n7,8\n", "line 3, has a quote within a cell that is not closed in this line")]
    public void A_quote_that_is_not_closed_is_named_with_its_line(string content, string words)
        => Assert.Contains(words, Assert.Throws<DataException>(() => Open(content, ("as", "table"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Points_beside_decimal_commas_are_decimal_where_they_are_between_no_thousands()
    {
        using var data = Open("a;n;b\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"x;{i % 5}.{i % 3}5;{i % 7},5\n")));
        Assert.Contains("n: decimal", data.Describe(), StringComparison.Ordinal);
        Assert.DoesNotContain(data.Notes, note => note.Contains("thousands", StringComparison.Ordinal));
    }

    [Fact]
    public void Quotes_that_are_closed_are_read()
    {
        using var data = Open("a,b\n\"one\n\"\"two\"\" \nthree\",1\nx \"y\" z,2\n \"q\nr\",1\n\"one\n\"\"two\"\" \nthree\",1\n", ("validation", "0"));
        Assert.Equal((4, 3), (data.All.Count, ((TableTokens)data.Tokens!).Columns[0].Names.Length));
        Assert.Contains("one\n\"two\" \nthree", ((TableTokens)data.Tokens!).Columns[0].Names);
    }

    [Theory]
    [InlineData("name,age\n"), InlineData("name,age"), InlineData("name,age\r\n\r\n\n")]
    public void A_table_without_rows_is_no_text(string content)
    {
        Assert.Contains("is a table without rows", Assert.Throws<DataException>(() => Open(content)).Message, StringComparison.Ordinal);
        Assert.Contains("is a table without rows", Assert.Throws<DataException>(() => Open(content, ("as", "vectors"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_between_two_steps_is_none_of_the_column()
    {
        using var data = Open("whole,fives,wide,long\n" + string.Concat(Enumerable.Range(0, 900).Select(i => FormattableString.Invariant($"{i % 50},{i % 30 * 5},{i * 7919 % 10_000 / 10.0:F1},{0.1234567890123456789m + i}\n"))));
        var tokens = (TableTokens)data.Tokens!;
        Assert.Equal([1, 1, 1], tokens.Row(["2.5", "7", "123.45", "5.1234567890123456"])[..3]);
        Assert.All(tokens.Row(["2.00", "10.0", "123.40", "5.1234567890123456"]), symbol => Assert.True(symbol >= TableTokens.FirstValue));
        Assert.True(tokens.Row(["2", "5", "1", "5.5"])[3] >= TableTokens.FirstValue); // of such decimals some are cut off
    }

    [Fact]
    public void What_is_drawn_is_a_number_that_came_where_new_ones_are_rare()
    {
        // Prices end in .90 or .00; ages come nearly all; amounts are new in every row; days are Mondays.
        string[] prices = ["29.90", "30.00", "31.90", "32.00", "35.90"];
        using var data = Open("price,age,amount,day,far\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => FormattableString.Invariant(
            $"{prices[i % 5]},{18 + i * 31 % 61},{i * 7919 % 100_003 / 10.0:F1},{new DateTime(2024, 1, 1).AddDays(7 * (i % 20)):yyyy-MM-dd},{i % 40 * 997}\n"))));
        var tokens = (TableTokens)data.Tokens!;
        Assert.Equal((5, 0, 0, 0), (tokens.Columns[0].Seen.Length, tokens.Columns[1].Seen.Length, tokens.Columns[2].Seen.Length, tokens.Columns[3].Seen.Length));
        Assert.Equal(7, tokens.Columns[3].Grid!.Unit); // of which all came
        Assert.True(tokens.Columns[4].Seen.Length == 0 || tokens.Columns[4].Grid!.Unit == 1); // all multiples of its step came
        var random = new Philox(1, RandomPurpose.Test);
        for (var i = 0; i < 500; i++)
        {
            int[] row = [.. Enumerable.Range(0, 5).Select(c => TableTokens.FirstValue + random.Below((ulong)i, (ulong)c, data.Space.AlphabetAt(c).Size - TableTokens.FirstValue))];
            var cells = tokens.Cells(row, c => random.UniformDouble((ulong)i, 100 + (ulong)c));
            Assert.Contains(cells[0], prices);
            Assert.Equal(DayOfWeek.Monday, DateTime.Parse(cells[3], CultureInfo.InvariantCulture).DayOfWeek);
            Assert.InRange(int.Parse(cells[1], CultureInfo.InvariantCulture), 18, 78);
        }
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
        foreach (var (from, to) in ((string, string)[])[("\"seen\":[2990,3000", "\"seen\":[3000,2990"), ("\"seen\":[2990", "\"seen\":[-5,2990"), ("\"seen\":[", "\"thousands\":\"x\",\"seen\":["), ("\"seen\":[", "\"thousands\":\",,\",\"seen\":[")])
            Assert.Throws<DataException>(() => Tokens.Parse(tokens.ToText().Replace(from, to, StringComparison.Ordinal)));
    }

    [Fact]
    public void Rows_have_the_numbers_that_messages_give_them()
    {
        using var data = Open("a,b\n1,x\n2,y\n3,x\n", ("validation", "0"));
        Assert.Equal(["row 1 of t.csv", "row 2 of t.csv", "row 3 of t.csv"], Enumerable.Range(0, 3).Select(data.All.ItemName));
        using var vectors = Open("a,b\n1,5\n2,6\n3,7\n", ("as", "vectors"), ("validation", "0"));
        Assert.Equal("row 3 of t.csv", vectors.All.ItemName(2));
    }

    Dataset Open(string content, params (string Key, string Value)[] settings)
    {
        File.WriteAllText(_folder["t.csv"], content, Encoding.UTF8);
        return Dataset.Open(_folder["t.csv"], DataOptions.Parse(settings.Select(one => KeyValuePair.Create(one.Key, one.Value))));
    }
}
