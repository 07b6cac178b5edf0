using System.Formats.Tar;
using System.Text;

namespace Likely.Tests.Data.Text;

/// <summary>Made-up stories in the form of Reuters-21578.</summary>
static class StorySamples
{
    /// <summary>A file of stories, each of a split, topics and a body.</summary>
    public static byte[] File(params (string Split, string Has, string Topics, string Body)[] stories)
    {
        var text = new StringBuilder("<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n");
        for (var i = 0; i < stories.Length; i++)
        {
            var (split, has, topics, body) = stories[i];
            text.Append($"<REUTERS TOPICS=\"{has}\" LEWISSPLIT=\"{split}\" CGISPLIT=\"TRAINING-SET\" OLDID=\"{i + 5544}\" NEWID=\"{i + 1}\">\n<DATE>26-FEB-1987</DATE>\n<TOPICS>{string.Concat(topics.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(topic => $"<D>{topic}</D>"))}</TOPICS>\n<PLACES><D>usa</D></PLACES>\n")
                .Append($"<UNKNOWN>\n&#5;&#5;f0704</UNKNOWN>\n<TEXT>&#2;\n<TITLE>Title {i}</TITLE>\n<DATELINE>    LONDON, Feb 26 - </DATELINE>{(body.Length > 0 ? $"<BODY>{body}\n&#3;</BODY>" : "only this")}</TEXT>\n</REUTERS>\n");
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Twelve stories on three matters, eight for training, three for test, and one for nothing.</summary>
    public static byte[] Dozen => File([.. Enumerable.Range(0, 12).Select(i => (i < 8 ? "TRAIN" : "TEST", i == 11 ? "NO" : "YES", i == 5 ? "" : i % 3 == 0 ? "grain" : i % 3 == 1 ? "crude ship" : "gold",
            i % 3 == 0 ? $"Wheat &lt;WHT> harvests of farmers {new string((char)('a' + i), 3)}" : i % 3 == 1 ? $"Oil tankers and barrels {new string((char)('a' + i), 3)}" : $"Gold mines, caf\u00E9 {new string((char)('a' + i), 3)}"))]);

    public static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
            foreach (var (name, content) in files) writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return stream.ToArray();
    }
}
