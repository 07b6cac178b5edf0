using System.Globalization;
using System.Text;
using Likely.Data;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Data.Tables;

/// <summary>What keeps the memory of long tables bounded gives what its simple twin gives, and equal rows are held out one by one.</summary>
public sealed class LongTableTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0.5), InlineData(700, 0.02), InlineData(5000, 0.9), InlineData(5000, 0.0005), InlineData(2048, 1)]
    public void Items_as_bits_are_those_as_numbers(int count, double share)
    {
        var random = new Philox((ulong)count, RandomPurpose.Test);
        int[] numbers = [.. Enumerable.Range(0, count).Where(i => random.UniformDouble((ulong)i, 0) < share)];
        var bits = new ulong[(count + 63) / 64 + 20];
        foreach (var number in numbers) bits[number / 64] |= 1UL << number % 64;
        var indices = new ItemIndices(bits);
        Assert.Equal(numbers, indices);
        Assert.Equal(numbers, Enumerable.Range(0, indices.Count).Select(at => indices[at]));
        Assert.Equal(numbers, indices.ToArray());
        Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(at => ItemIndices.All(count)[at]));
    }

    [Fact]
    public void Rows_are_parted_one_by_one_as_all_together()
    {
        var random = new Philox(4, RandomPurpose.Test);
        for (var count = 0; count < 300; count = count < 12 ? count + 1 : count * 2)
            foreach (var fractions in (double[][])[[0.1, 0.1], [0, 0.3], [0, 0], [0.01, 0]])
            {
                double[] places = [.. Enumerable.Range(0, count).Select(i => random.UniformDouble((ulong)i, (ulong)count))];
                var parts = new RowParts(fractions);
                foreach (var place in places) parts.Add(place);
                Assert.Equal(Partition.ByContent([.. places], [.. Enumerable.Range(0, count)], fractions), parts.Finish(count, i => places[i]).Select(part => part.ToArray()));
                Assert.Equal(Enumerable.Range(0, count).OrderBy(i => places[i]).Take(count / 3).Order(), Partition.Lowest(places, count / 3));
            }
        Assert.Equal([0, 1, 3], Partition.Lowest([0.5, 0.5, 0.5, 0.1], 3));
    }

    [Fact]
    public void Equal_rows_are_held_out_one_by_one_whatever_their_order()
    {
        string[] lines = [.. Enumerable.Range(0, 4000).Select(i => $"{"ab"[i % 2]},{"xyz"[i * i % 3]}")];
        var parts = Held(lines);
        foreach (var row in lines.Distinct())
        {
            var count = lines.Count(line => line == row);
            foreach (var part in (string[])["validation", "test"]) Assert.InRange(parts[(part, row)], 0.06 * count, 0.14 * count);
        }
        Assert.Equal(parts, Held([.. lines.Reverse()]));
        // A row more moves no other: at most it is held out itself.
        var more = Held([.. lines, lines[0]]);
        Assert.Equal(1, more.Sum(pair => Math.Abs(pair.Value - parts.GetValueOrDefault(pair.Key))));

        Dictionary<(string, string), int> Held(string[] rows)
        {
            using var data = Open(string.Join('\n', ["first,second", .. rows]));
            var held = new Dictionary<(string, string), int>();
            foreach (var split in (Split[])[data.Train, data.Validation, data.Test])
                for (var i = 0; i < split.Count; i++)
                {
                    var row = new int[2];
                    split.Read(i, row);
                    var key = (split.Name, string.Join(',', ((TableTokens)data.Tokens!).Cells(row)));
                    held[key] = held.GetValueOrDefault(key) + 1;
                }
            // Those of the training part are known from those that are held out.
            Assert.Equal(0, data.Test.Compare(data.Train.Sketch()).Seen);
            Assert.Equal(data.Train.Count, data.Train.CountIn(data.All));
            return held;
        }
    }

    [Fact]
    public void Rows_that_come_often_are_counted_among_any_number_of_others()
    {
        var (seen, often) = (new Occurrences(), 0);
        for (ulong i = 0; i < 3 * Occurrences.MostKnown; i++)
        {
            Assert.Equal(0, seen.Next(i * 0x9E3779B97F4A7C15 | 1));
            if (i % 1000 == 0) Assert.Equal(often++, seen.Next(2));
        }
    }

    [Fact]
    public void A_column_of_many_numbers_may_have_few_names_and_with_more_is_one_of_names()
    {
        string Rows(string last) => "n,day,kind\n" + string.Concat(Enumerable.Range(0, 6000).Select(i => $"{i % 1500},{new DateTime(2000, 1, 1).AddDays(i % 1300):yyyy-MM-dd},k\n")) + last;
        using (var data = Open(Rows("7,2001-01-01,l\n")))
        {
            Assert.Contains("n: whole number, 0 to 1499", data.Describe(), StringComparison.Ordinal);
            Assert.Contains("day: date, 2000-01-01 to 2003-07-23", data.Describe(), StringComparison.Ordinal);
        }
        using (var data = Open(Rows("seven,some day,l\n")))
        {
            Assert.Contains("n: whole number, 0 to 1499", data.Describe(), StringComparison.Ordinal);
            Assert.Contains("day: date, 2000-01-01 to 2003-07-23", data.Describe(), StringComparison.Ordinal);
            Assert.Contains("column 'day' is of dates, and what is none of their form, such as 'some day' in row 6001, is one value of its own", data.Describe(), StringComparison.Ordinal);
            Assert.Contains("column 'n' is of numbers, and what is none, such as 'seven' in row 6001, is one value of its own", data.Describe(), StringComparison.Ordinal);
        }
        using (var data = Open(Rows(string.Concat(Enumerable.Range(0, 150).Select(i => $"n{i % 3},2001-01-01,l\n")))))
        {
            Assert.Contains("n: categorical, 1503 values: n0, n1, n2, 0", data.Describe(), StringComparison.Ordinal);
            Assert.Contains("column 'n' is taken for names, as 'n0' in row 6001 is no number", data.Describe(), StringComparison.Ordinal);
        }
    }

    // The largest of two columns are more steps above the least than a double counts.
    [Fact]
    public void The_last_level_of_a_long_range_holds_the_largest_number()
    {
        using var data = Open(string.Join('\n', ["n,when", .. Enumerable.Range(0, 3000).Select(i => FormattableString.Invariant($"{(i - 1500) * 6_000_000_000_000 + i},{new DateTime(1685 + i % 570, 1 + i % 12, 1, 2, 3, 4).AddTicks(10 * (long)i):yyyy-MM-dd HH:mm:ss.ffffff}"))]));
        var tokens = (TableTokens)data.Tokens!;
        foreach (var column in tokens.Columns)
        {
            Assert.True(column.Grid!.LevelOf(column.Grid.Most) >= column.Grid.Levels / 2);
            Assert.InRange(column.Grid.Most, column.Grid.First(column.Grid.LevelOf(column.Grid.Most)), long.MaxValue);
            for (var level = 0; level < column.Grid.Levels; level++) Assert.Equal(level, column.Grid.LevelOf(column.Grid.First(level)));
        }
        var row = new int[2];
        for (var i = 0; i < data.All.Count; i++)
        {
            data.All.Read(i, row);
            Assert.DoesNotContain(TableColumn.OtherSymbol, row);
        }
    }

    [Fact]
    public void Dates_keep_their_step_and_a_few_cells_may_be_none()
    {
        string Rows(int odd, string text) => string.Join('\n', ["when,n", .. Enumerable.Range(0, 2000).Select(i => i < odd ? $"{text},{i}" : FormattableString.Invariant($"{new DateTime(2024, 1, 1).AddMinutes(7 * i):yyyy-MM-ddTHH:mm:ss}Z,{i}"))]);
        using (var data = Open(Rows(0, "")))
        {
            Assert.Equal(420, ((TableTokens)data.Tokens!).Columns[0].Grid!.Unit);
        }
        foreach (var text in (string[])["2024-02-30T00:00:00Z", "foo", "2024-01-01T00:00:60Z", "2024-01-01"])
        {
            using var data = Open(Rows(2, text));
            Assert.Equal(ColumnType.Date, ((TableTokens)data.Tokens!).Columns[0].Type);
            Assert.Contains($"column 'when' is of dates, and what is none of their form, such as '{text}' in row 1, is one value of its own", data.Describe(), StringComparison.Ordinal);
        }
        using (var data = Open(Rows(100, "foo"))) Assert.DoesNotContain(((TableTokens)data.Tokens!).Columns, column => column.Name == "when" && column.Type == ColumnType.Date);
        foreach (var content in (string[])[Rows(100, "foo"), "when,n\nfoo,1\n"])
        {
            File.WriteAllText(_folder["w.csv"], content);
            Assert.Contains("'foo' in row 1 is no date", Assert.Throws<DataException>(() => Dataset.Open(_folder["w.csv"], DataOptions.Parse([KeyValuePair.Create("as", "table"), KeyValuePair.Create("types", "when:date")]))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Numbers_and_dates_are_those_of_the_runtime()
    {
        foreach (var comma in (bool[])[false, true])
            foreach (var cell in (string[])["0", "-0.00", "1.50", "+12", "-3", "007", "0.5", ".5", "5.", "-", ".", "", "1e3", "1,5", "1.5.2", "1,5.2", "--1", "123456789012345678", "1234567890123456789", "99999999999999999999999999999", "0.000000000000000001", "-.25", "1 2", "1,2,3", "9007199254740993", "12345.678901", "0,", "1_0", "x"])
            {
                var plain = cell.Trim();
                var shown = comma && plain.Contains(',') ? plain.Contains('.') || plain.Count(c => c == ',') > 1 ? "no" : plain.Replace(',', '.') : plain;
                var code = plain.TrimStart('+', '-') is ['0', >= '0' and <= '9', ..];
                var isNumber = decimal.TryParse(shown, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var wanted) && !code;
                Assert.Equal(isNumber, NumberText.TryParse(cell, comma, out var number, out var decimals));
                Assert.Equal(isNumber, NumberText.TrySteps(cell, comma, '\0', 3, out var steps, out var isExact));
                if (isNumber) Assert.Equal((wanted, wanted.Scale, NumberText.Steps(wanted, 3)), (number, decimals, steps));
                if (isNumber && Math.Abs(wanted) < 1_000_000_000) Assert.Equal(wanted * 1000 % 1 == 0, isExact);
            }
        foreach (var form in DateText.Forms)
            foreach (var cell in (string[])["2024-02-29", "2023-02-29", "0000-01-01", "2024-13-01", "2024-1-01", "2024/05/06", "13.05.2024", "05/13/2024", "13/05/2024", "2024-01-02 23:59", "2024-01-02 24:00", "2024-01-02T03:04:05", "2024-01-02T03:04:05Z", "2024-01-02 03:04:60", "31.12.9999 10:30", "x024-01-01", "2024-01-01 ", "2024-05-06T07:08", "2024-05-06 07:08:09.123", "2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09.123456+00:00", "1969-12-31 23:59:59.999999", "2254-12-31T23:59:59.999999", "2255-01-01T00:00:00.000000", "1684-12-31T23:59:59.999999Z", "2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09+01:00", "05/06/2024 07:08", "2024/05/06 07:08:09", "31.12.2024 07:08:09"])
            {
                var isDate = DateTime.TryParseExact(cell.Trim(), form.Replace("T", "'T'").Replace("Z", "'Z'").Replace("+00:00", "'+00:00'"), CultureInfo.InvariantCulture, DateTimeStyles.None, out var wanted);
                var isFine = form.Contains("ffffff");
                if (isFine && wanted.Year is < 1685 or > 2254) isDate = false;
                Assert.Equal(isDate, DateText.TryParse(cell, form, out var steps));
                if (!isDate) continue;
                Assert.Equal(isFine ? (wanted - DateTime.UnixEpoch).Ticks / 10 : wanted.Ticks / (form.Contains("fff") ? TimeSpan.TicksPerMillisecond : form.Contains("HH") ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerDay), steps);
                Assert.Equal(cell.Trim(), DateText.Text(steps, form));
            }
    }

    Dataset Open(string content)
    {
        File.WriteAllText(_folder["t.csv"], content, Encoding.UTF8);
        return Dataset.Open(_folder["t.csv"], DataOptions.Parse([KeyValuePair.Create("as", "table")]));
    }
}
