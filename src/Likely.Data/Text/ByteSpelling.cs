using System.Text;

namespace Likely.Data;

/// <summary>
/// Bytes as characters that can be seen, as files of byte-level BPE spell them: the 188 of Latin-1 that are printed (33 to 126, 161 to 172, 174 to 255) as
/// themselves, the other 68 in their order from U+0100 on.
/// </summary>
static class ByteSpelling
{
    static readonly string[] Spelled = Spell();
    static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Spelled[value][0], value => (byte)value);

    /// <summary>The character of a byte.</summary>
    public static string Of(byte value) => Spelled[value];

    /// <summary>The bytes that are spelled; those of its UTF-8, where a character spells none, as in names of special symbols.</summary>
    public static byte[] BytesOf(string spelled) =>
        spelled.All(Bytes.ContainsKey) ? Array.ConvertAll(spelled.ToCharArray(), character => Bytes[character]) : Encoding.UTF8.GetBytes(spelled);

    static string[] Spell()
    {
        var (spelled, next) = (new string[256], 0x100);
        for (var value = 0; value < spelled.Length; value++)
            spelled[value] = ((char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : next++)).ToString();
        return spelled;
    }
}
