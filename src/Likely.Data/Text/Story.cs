using System.Text;

namespace Likely.Data;

/// <summary>
/// A story of Reuters-21578 (Lewis 1997) as it stands in SGML, in Latin-1: &lt;REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" ... NEWID="1"&gt;, its topics &lt;D&gt;cocoa&lt;/D&gt; within TOPICS, then TEXT with TITLE and
/// BODY; where there is no BODY, all of TEXT but for its tags.
/// </summary>
readonly ref struct Story
{
    /// <summary>No story has more bytes, topics, or letters in a topic.</summary>
    public const int MostBytes = 1 << 20, MostTopics = 256, LongestTopic = 64;

    readonly ReadOnlySpan<byte> _all, _head;

    /// <param name="all">From its first tag to its last.</param>
    public Story(ReadOnlySpan<byte> all)
    {
        _all = all;
        _head = all[..(all.IndexOf((byte)'>') + 1)];
    }

    /// <summary>What an attribute of the first tag says; null if it is not there.</summary>
    public string? Attribute(string name)
    {
        var start = Encoding.ASCII.GetBytes($" {name}=\"");
        var at = _head.IndexOf(start);
        if (at < 0) return null;
        var value = _head[(at + start.Length)..];
        var end = value.IndexOf((byte)'"');
        return end < 0 ? null : Encoding.Latin1.GetString(value[..Math.Min(end, LongestTopic)]);
    }

    /// <summary>Its topics, in the order in which they stand; null if they are too many or too long.</summary>
    public List<string>? Topics()
    {
        List<string> topics = [];
        for (var rest = Within(_all, "<TOPICS>"u8, "</TOPICS>"u8); Within(rest, "<D>"u8, "</D>"u8) is { Length: > 0 } topic; rest = rest[(rest.IndexOf("</D>"u8) + 4)..])
        {
            if (topics.Count == MostTopics || topic.Length > LongestTopic) return null;
            topics.Add(Encoding.Latin1.GetString(topic));
        }
        return topics;
    }

    /// <summary>Its title and body, in UTF-8, a line each; false if it has no text at all.</summary>
    public bool TryText(out byte[] text)
    {
        var start = _all.IndexOf("<TEXT"u8);
        var within = start < 0 ? default : _all[start..];
        var end = within.IndexOf("</TEXT>"u8);
        text = [];
        if (end < 0) return false;
        within = within[..end];
        var body = Within(within, "<BODY>"u8, "</BODY>"u8);
        var made = new StringBuilder();
        if (body.IsEmpty) Add(made, within);
        else
        {
            Add(made, Within(within, "<TITLE>"u8, "</TITLE>"u8));
            made.Append('\n');
            Add(made, body);
        }
        text = Encoding.UTF8.GetBytes(made.ToString());
        return true;
    }

    static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> text, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var start = text.IndexOf(from);
        if (start < 0) return default;
        text = text[(start + from.Length)..];
        var end = text.IndexOf(to);
        return end < 0 ? default : text[..end];
    }

    // Without tags; &lt; &gt; &amp; are what they stand for, and characters by number, which are none that are seen, blanks.
    static void Add(StringBuilder made, ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var value = text[i];
            if (value == '<' && text[i..].IndexOf((byte)'>') is >= 0 and var length)
            {
                made.Append(' ');
                i += length;
            }
            else if (value == '&' && Entity(text[i..]) is { Length: > 0 } entity)
            {
                made.Append(entity.Instead);
                i += entity.Length - 1;
            }
            else made.Append((char)value);
        }
    }

    static (int Length, char Instead) Entity(ReadOnlySpan<byte> text) => text.StartsWith("&lt;"u8) ? (4, '<') : text.StartsWith("&gt;"u8) ? (4, '>') : text.StartsWith("&amp;"u8) ? (5, '&')
        : text.StartsWith("&#"u8) && text[2..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 1 and <= 7 and var digits && text[2 + digits] == ';' ? (digits + 3, ' ') : default;
}
