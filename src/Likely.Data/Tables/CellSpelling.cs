using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Cells of a file as they are written, and back: what is read and written again is the same bytes, or has no spelling here. A number has so many decimals, its column's or
/// others, or is written as 4.9e-05 (what C and Python write below 10^-4); a name is itself. Not safe for several threads.
/// </summary>
public sealed class CellSpelling
{
    /// <summary>A number is written with no more decimals beyond its column's, and in all.</summary>
    public const int MostExtra = 10, MostDecimals = 18;

    static readonly long[] _powers = [.. Enumerable.Range(0, MostDecimals + 1).Select(digits => Enumerable.Range(0, digits).Aggregate(1L, (power, _) => power * 10))];

    readonly TableTokens _tokens;
    readonly TableForm _form;
    readonly IReadOnlyList<TableColumn> _columns;
    char[] _text = new char[64];
    byte[] _bytes = new byte[64];

    public CellSpelling(TableTokens tokens, TableForm form)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(form);
        (_tokens, _form, _columns) = (tokens, form, tokens.Columns);
    }

    /// <summary>Decimals of a column's numbers.</summary>
    public int Decimals(int column) => _columns[column].Decimals;

    /// <summary>Whether a symbol of a column stands for a number or a date, of which it tells a stretch.</summary>
    public bool IsNumber(int column, int symbol) => _columns[column].Grid is not null && symbol >= TableTokens.FirstValue;

    /// <summary>Whether a column's numbers are written with decimals: dates are not.</summary>
    public bool HasDecimals(int column) => _columns[column].Type == ColumnType.Number;

    /// <summary>Whether a symbol is that of a missing value.</summary>
    public bool IsMissing(int symbol) => _tokens.IsMissing(symbol);

    /// <summary>Writes a missing value as the model's own table does.</summary>
    public void WriteMissing(int column, CellStyle style, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if ((style & CellStyle.Blank) != 0) target.Write(" "u8);
        target.Write(Encoding.UTF8.GetBytes(_columns[column].Missing));
    }

    /// <summary>The numbers that a symbol stands for and that so many decimals can tell.</summary>
    public NumberSpan Span(int column, int symbol, int decimals)
    {
        var own = _columns[column];
        var level = symbol - TableTokens.FirstValue - own.Frequent.Length;
        if (level < 0) return new NumberSpan(own.Frequent[symbol - TableTokens.FirstValue], 1, 1);
        var (first, width) = (own.Grid!.First(level), own.Grid.Width(level));
        if (own.Grid.Unit > 1 || decimals >= own.Decimals) return new NumberSpan(first, own.Grid.Unit, width);
        var step = _powers[own.Decimals - decimals];
        var beyond = (first % step + step) % step;
        var begin = beyond == 0 ? first : first + step - beyond;
        return new NumberSpan(begin, step, begin >= first + width ? 0 : (first + width - 1 - begin) / step + 1);
    }

    /// <summary>Digits of the numbers of a symbol, about.</summary>
    public int Digits(int column, int symbol)
    {
        var digits = 0;
        for (var number = Size(Span(column, symbol, int.MaxValue).First); number > 0; number /= 10) digits++;
        return digits;
    }

    /// <summary>The number of so many decimals that lies <paramref name="beyond"/> a number of steps, in its own last decimals.</summary>
    public long Number(int column, long steps, int decimals, long beyond) => unchecked(decimals <= _columns[column].Decimals ? steps / _powers[_columns[column].Decimals - decimals] : steps * _powers[decimals - _columns[column].Decimals] + beyond);

    /// <summary>The inverse: the nearest number of steps, and what lies beyond it.</summary>
    public (long Steps, long Beyond) Steps(int column, long number, int decimals)
    {
        var more = decimals - _columns[column].Decimals;
        if (more <= 0) return (number * _powers[-more], 0);
        var steps = NumberText.Steps(Scaled(number, decimals), _columns[column].Decimals);
        return (steps, number - steps * _powers[more]);
    }

    /// <summary>10^n.</summary>
    public static long Power(int n) => _powers[n];

    /// <summary>Takes a cell apart: what is written around it, and what is in it.</summary>
    public (CellStyle Style, bool IsMissing) Look(ReadOnlySpan<byte> raw) => (StyleOf(raw), TableColumn.IsMissing(Content(raw)));

    /// <summary>The symbol of a cell, -1 if the model has none for it, and its number; false if it has no spelling here, whatever the style.</summary>
    public bool TryRead(int column, ReadOnlySpan<byte> raw, out CellValue value)
    {
        var content = Content(raw);
        var own = _columns[column];
        var symbol = own.SymbolOf(content, _form.HasDecimalComma, out _, rounds: true);
        value = new CellValue(!_tokens.IsBinary ? symbol : symbol < TableTokens.FirstValue ? -1 : symbol - TableTokens.FirstValue);
        if (own.Grid is null) return symbol != TableColumn.OtherSymbol;
        if (value.Symbol < TableTokens.FirstValue) return value.Symbol == TableColumn.MissingSymbol;
        long steps;
        if (own.Type == ColumnType.Date)
        {
            if (!DateText.TryParse(content, own.Form, out steps)) return false;
            value = value with { Number = steps };
        }
        else
        {
            var thousands = own.Thousands;
            if (thousands != 0 && NumberText.TryUngroup(content, _form.HasDecimalComma, ref thousands, stackalloc char[NumberText.Longest], out _)) return false;
            if (!NumberText.TryParse(content, _form.HasDecimalComma, out var number, out var decimals) || decimals > Math.Min(own.Decimals + MostExtra, MostDecimals) || !IsWhole(number, out var whole)) return false;
            steps = NumberText.Steps(number, own.Decimals);
            if (Math.Abs(steps) >= NumberText.MostSteps || decimals > own.Decimals && Int128.Abs((Int128)steps * _powers[decimals - own.Decimals]) > long.MaxValue / 2) return false;
            value = value with { Number = whole, Decimals = (byte)decimals, IsScientific = content.IndexOfAny('e', 'E') >= 0 };
        }
        var span = Span(column, value.Symbol, value.Decimals);
        return span.Count > 0 && steps >= span.First && (steps - span.First) % span.Step == 0 && (steps - span.First) / span.Step < span.Count;
    }

    /// <summary>Writes a cell.</summary>
    public void Write(int column, in CellValue value, CellStyle style, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var (own, symbol) = (_columns[column], _tokens.IsBinary ? value.Symbol + TableTokens.FirstValue : value.Symbol);
        if (symbol < TableTokens.FirstValue)
        {
            if (symbol == TableColumn.MissingSymbol) WriteMissing(column, style, target);
            return; // what is none of the column's has no spelling
        }
        if ((style & CellStyle.Blank) != 0) target.Write(" "u8);
        if (own.Grid is null) Write(NameBytes(own.Names[symbol - TableTokens.FirstValue]), (style & CellStyle.Quoted) != 0, target);
        else if (own.Type == ColumnType.Date) Write(Encoding.UTF8.GetBytes(DateText.Text(value.Number, own.Form)), (style & CellStyle.Quoted) != 0, target);
        else Write(NumberBytes(value), (style & CellStyle.Quoted) != 0, target);
    }

    void Write(ReadOnlySpan<byte> content, bool quoted, IBufferWriter<byte> target)
    {
        if (!quoted && content.IndexOfAny((byte)'"', (byte)'\n', (byte)'\r') < 0 && !content.Contains((byte)_form.Separator))
        {
            target.Write(content);
            return;
        }
        target.Write("\""u8);
        for (var at = content.IndexOf((byte)'"'); at >= 0; at = content.IndexOf((byte)'"'))
        {
            target.Write(content[..(at + 1)]);
            target.Write("\""u8);
            content = content[(at + 1)..];
        }
        target.Write(content);
        target.Write("\""u8);
    }

    ReadOnlySpan<byte> NameBytes(string name)
    {
        var most = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (_bytes.Length < most) _bytes = new byte[2 * most];
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(name, _bytes));
    }

    ReadOnlySpan<byte> NumberBytes(in CellValue value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(Size(value.Number), digits, out var count);
        digits = digits[..count];
        var at = 0;
        if (value.Number < 0) _bytes[at++] = (byte)'-';
        var mark = (byte)(_form.HasDecimalComma ? ',' : '.');
        if (value.IsScientific)
        {
            _bytes[at++] = digits[0];
            if (count > 1) _bytes[at++] = mark;
            digits[1..].CopyTo(_bytes.AsSpan(at));
            at += count - 1;
            "e-"u8.CopyTo(_bytes.AsSpan(at));
            at += 2;
            var exponent = Math.Clamp(value.Decimals - (count - 1), 0, 99); // what is read has two digits, or is refused
            (_bytes[at], _bytes[at + 1]) = ((byte)('0' + exponent / 10), (byte)('0' + exponent % 10));
            return _bytes.AsSpan(0, at + 2);
        }
        var whole = Math.Max(1, count - value.Decimals);
        for (var i = 0; i < whole + value.Decimals; i++)
        {
            if (i == whole) _bytes[at++] = mark;
            var digit = i + count - whole - value.Decimals;
            _bytes[at++] = digit < 0 ? (byte)'0' : digits[digit];
        }
        return _bytes.AsSpan(0, at);
    }

    static CellStyle StyleOf(ReadOnlySpan<byte> raw) => raw is [(byte)' ', (byte)'"', ..] ? CellStyle.Blank | CellStyle.Quoted : raw is [(byte)' ', ..] ? CellStyle.Blank : raw is [(byte)'"', ..] ? CellStyle.Quoted : CellStyle.Plain;

    // What is in a cell, without quotes around it.
    ReadOnlySpan<char> Content(ReadOnlySpan<byte> raw)
    {
        raw = raw.Trim((byte)' ');
        var quoted = raw is [(byte)'"', .., (byte)'"'];
        if (quoted) raw = raw[1..^1];
        if (_text.Length < raw.Length) _text = new char[2 * raw.Length];
        var count = Encoding.UTF8.GetChars(raw, _text);
        if (!quoted || !_text.AsSpan(0, count).Contains('"')) return _text.AsSpan(0, count);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            _text[kept++] = _text[i];
            if (_text[i] == '"' && i + 1 < count && _text[i + 1] == '"') i++;
        }
        return _text.AsSpan(0, kept);
    }

    static decimal Scaled(long number, int decimals)
    {
        var size = Size(number);
        return new decimal((int)size, (int)(size >> 32), 0, number < 0, (byte)decimals);
    }

    static ulong Size(long number) => number < 0 ? 0 - unchecked((ulong)number) : (ulong)number;

    static bool IsWhole(decimal number, out long whole)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        whole = (long)((ulong)(uint)parts[1] << 32 | (uint)parts[0]);
        if (parts[2] != 0 || whole < 0) return false;
        if (parts[3] < 0) whole = -whole;
        return true;
    }
}
