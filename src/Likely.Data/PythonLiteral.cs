using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Reads a literal of Python as ast.literal_eval does, as far as headers of arrays need it: dictionaries, lists, tuples, strings of either quotes,
/// whole numbers, True, False and None. What it returns: Dictionary, List, Tuple (an array), string, long, bool, null.
/// </summary>
ref struct PythonLiteral(string text)
{
    const int MostDepth = 16;

    readonly ReadOnlySpan<char> _text = text;
    int _at, _depth;

    /// <summary>The whole text as one literal.</summary>
    /// <exception cref="FormatException">if it is none</exception>
    public static object? Parse(string text)
    {
        var parser = new PythonLiteral(text);
        var value = parser.Value();
        return parser.Peek() == '\0' && parser._at >= text.Length ? value : throw new FormatException();
    }

    object? Value()
    {
        if (++_depth > MostDepth) throw new FormatException();
        var value = Peek() switch
        {
            '{' => Dictionary(),
            '[' => Sequence('[', ']', out _),
            '(' => Tuple(),
            '\'' or '"' => Text(),
            '-' or '+' or (>= '0' and <= '9') => Number(),
            _ => Word(),
        };
        _depth--;
        return value;
    }

    Dictionary<string, object?> Dictionary()
    {
        var pairs = new Dictionary<string, object?>();
        Take('{');
        while (Peek() != '}')
        {
            if (Value() is not string key) throw new FormatException();
            Take(':');
            pairs[key] = Value();
            if (Peek() != '}') Take(',');
        }
        Take('}');
        return pairs;
    }

    List<object?> Sequence(char open, char close, out bool hasComma)
    {
        var items = new List<object?>();
        hasComma = false;
        Take(open);
        while (Peek() != close)
        {
            items.Add(Value());
            if (Peek() == close) break;
            Take(',');
            hasComma = true;
        }
        Take(close);
        return items;
    }

    // (1) is a number in brackets, (1,) a tuple.
    object? Tuple()
    {
        var items = Sequence('(', ')', out var hasComma);
        return items.Count == 1 && !hasComma ? items[0] : items.ToArray();
    }

    string Text()
    {
        var quote = _text[_at++];
        var content = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length || _text[_at] == '\n') throw new FormatException();
            var c = _text[_at++];
            if (c == quote) return content.ToString();
            if (c == '\\')
            {
                if (_at >= _text.Length) throw new FormatException();
                c = _text[_at++];
                if (c is not ('\\' or '\'' or '"')) throw new FormatException();
            }
            content.Append(c);
        }
    }

    // 60000, 60_000, and 60000L as Python 2 wrote it.
    long Number()
    {
        var start = _at++;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '_')) _at++;
        var digits = _text[start.._at].ToString().Replace("_", "");
        if (_at < _text.Length && _text[_at] is 'L' or 'l') _at++;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException();
    }

    object? Word()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetter(_text[_at])) _at++;
        var word = _text[start.._at];
        if (word is "u" or "U" && _at < _text.Length && _text[_at] is '\'' or '"') return Text();
        return word switch
        {
            "True" => true,
            "False" => false,
            "None" => null,
            _ => throw new FormatException(),
        };
    }

    // The next character that is no space; \0 at the end.
    char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    void Take(char expected)
    {
        if (Peek() != expected) throw new FormatException();
        _at++;
    }
}
