using System.Buffers;
using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Tables;

/// <summary>Cells are what they are read as, and are written again as they were; what has another spelling says so.</summary>
public sealed class CellSpellingTests
{
    static readonly TableTokens _tokens = new(
    [
        new TableColumn { Name = "name", Type = ColumnType.Category, Missing = "NA", Names = ["a", "b,c", "say \"x\"", "é"] },
        new TableColumn { Name = "number", Type = ColumnType.Number, Decimals = 3, Frequent = [500], Grid = new NumberGrid(-200_000, 900_000, 1, 0, 20_000) },
        new TableColumn { Name = "step", Type = ColumnType.Number, Decimals = 2, Grid = new NumberGrid(0, 100_000, 25, 5000, 9000) },
        new TableColumn { Name = "day", Type = ColumnType.Date, Form = "yyyy-MM-dd", Grid = new NumberGrid(730_000, 740_000, 1, 735_000, 3000) },
    ], new Dialect(',', false, true), false);

    static readonly TableForm _form = TableForm.Of(_tokens)!;

    // Style of the column, whether the cell comes back.
    [Theory]
    [InlineData(0, "a", CellStyle.Plain, true), InlineData(0, "\"a\"", CellStyle.Quoted, true), InlineData(0, "\"a\"", CellStyle.Plain, false), InlineData(0, "\"b,c\"", CellStyle.Plain, true), InlineData(0, "\"say \"\"x\"\"\"", CellStyle.Plain, true)]
    [InlineData(0, " é", CellStyle.Blank, true), InlineData(0, "  é", CellStyle.Blank, false), InlineData(0, "NA", CellStyle.Plain, true), InlineData(0, "NA", CellStyle.Quoted, true), InlineData(0, "", CellStyle.Plain, false), InlineData(0, "other", CellStyle.Plain, false)]
    [InlineData(1, "0.5", CellStyle.Plain, true), InlineData(1, "0.500", CellStyle.Plain, true), InlineData(1, "-12.25", CellStyle.Plain, true), InlineData(1, "7", CellStyle.Plain, true), InlineData(1, "1.23456789", CellStyle.Plain, true), InlineData(1, "-1.23456789012", CellStyle.Plain, true)]
    [InlineData(1, "4.9e-05", CellStyle.Plain, true), InlineData(1, "-7e-06", CellStyle.Plain, true), InlineData(1, "1.234e-07", CellStyle.Plain, true), InlineData(1, "4.90e-05", CellStyle.Plain, true), InlineData(1, "4.9E-05", CellStyle.Plain, false), InlineData(1, "5e-1", CellStyle.Plain, false), InlineData(1, "1e2", CellStyle.Plain, false)]
    [InlineData(1, "+1", CellStyle.Plain, false), InlineData(1, ".5", CellStyle.Plain, false), InlineData(1, "-0", CellStyle.Plain, false), InlineData(1, "1.", CellStyle.Plain, false), InlineData(1, "007", CellStyle.Plain, false), InlineData(1, "99999999", CellStyle.Plain, false), InlineData(1, "0.12345678901234567890", CellStyle.Plain, false)]
    [InlineData(2, "0.25", CellStyle.Plain, true), InlineData(2, "0.3", CellStyle.Plain, false), InlineData(2, "12.5", CellStyle.Plain, true), InlineData(2, "\"12.5\"", CellStyle.Quoted, true)]
    [InlineData(3, "2010-02-28", CellStyle.Plain, true), InlineData(3, "2010-2-28", CellStyle.Plain, false), InlineData(3, "1850-01-01", CellStyle.Plain, false)]
    public void Cells_come_back_or_say_that_they_do_not(int column, string cell, CellStyle style, bool comesBack)
    {
        var (spelling, target) = (new CellSpelling(_tokens, _form), new ArrayBufferWriter<byte>());
        var isSpelled = spelling.TryRead(column, Encoding.UTF8.GetBytes(cell), out var value);
        // A number between two steps is none of the column's, and is spelled by the level that holds it and what is beyond.
        var symbol = _tokens.Symbol(column, cell.StartsWith('"') ? cell[1..^1].Replace("\"\"", "\"") : cell, false, 0);
        Assert.True(symbol == value.Symbol || symbol == TableColumn.OtherSymbol && spelling.IsNumber(column, value.Symbol));
        if (isSpelled) spelling.Write(column, value, style, target);
        Assert.Equal(comesBack, isSpelled && Encoding.UTF8.GetString(target.WrittenSpan) == cell);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Numbers_of_a_level_are_those_that_so_many_decimals_tell(int decimals)
    {
        var (spelling, column) = (new CellSpelling(_tokens, _form), _tokens.Columns[1]);
        for (var symbol = TableTokens.FirstValue + 1; symbol < column.Alphabet.Size; symbol++)
        {
            var level = symbol - TableTokens.FirstValue - 1;
            long step = decimals switch { 0 => 1000, 1 => 100, 2 => 10, _ => 1 }, first = column.Grid!.First(level), width = column.Grid.Width(level);
            var expected = Enumerable.Range(0, (int)width).Select(i => first + i).Where(number => number % step == 0).ToArray();
            var span = spelling.Span(1, symbol, decimals);
            Assert.Equal(expected.Length, span.Count);
            if (span.Count > 0) Assert.Equal((expected[0], expected[^1]), (span.First, span.First + (span.Count - 1) * span.Step));
        }
    }

    [Fact]
    public void A_number_is_steps_and_what_lies_beyond()
    {
        var spelling = new CellSpelling(_tokens, _form);
        foreach (var (number, decimals) in ((long, int)[])[(12_345, 4), (-12_345, 4), (12_355, 4), (7, 3), (-7, 1), (0, 0), (123_456_789_012, 13)])
        {
            var (steps, beyond) = spelling.Steps(1, number, decimals);
            Assert.Equal(number, spelling.Number(1, steps, decimals, beyond));
            if (decimals > 3) Assert.InRange(Math.Abs(beyond), 0, CellSpelling.Power(decimals - 3) / 2);
        }
    }
}
