using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>tokens: the symbols of a file by a model's vocabulary, or by one that lies in a folder: their numbers, and what each stands for.</summary>
static class TokensVerb
{
    const int MostInJson = 1 << 22, Window = 1 << 14;

    static readonly Argument<string> Vocabulary = Options.Argument("MODEL", "A trained model of text, or the folder or file of a vocabulary, as tokens= takes it");
    static readonly Argument<string> Source = Options.Argument("FILE", "Any file; its bytes are what is encoded, those of a gzip file unpacked");

    public static Verb Create() => new("tokens", "The symbols of a text by a model's vocabulary, or by one in a folder: a line each, its number and what it stands for",
        ["tokens plays.likely scene.txt", "tokens gpt2/ scene.txt --json"], [Vocabulary, Source], Run);

    static int Run(ParseResult result, Session session)
    {
        var (source, path) = (result.GetRequiredValue(Vocabulary), result.GetRequiredValue(Source));
        var tokens = TokensOf(source);
        if (!File.Exists(path)) throw new UsageException($"there is no file {path}");
        // As a training would take it.
        using var data = Dataset.Open(Path.GetFullPath(path), DataOptions.Default with { As = Modality.Bytes, Items = ItemRule.Stream, ModelTokens = tokens }, session.Say, session.Cancellation);
        var (numbers, pieces, total, bytes) = (new JsonArray(), new JsonArray(), Enumerable.Range(0, data.All.Count).Sum(item => (long)data.All.SpaceOf(item).Width), 0L);
        if (session.Json && total > MostInJson) throw new UsageException($"{path} has {total} tokens, more than the {MostInJson} that one JSON object takes; leave --json out");
        var (symbols, one) = (new int[Window], new byte[tokens.LongestSymbol]);
        for (var item = 0; item < data.All.Count; item++)
            for (int at = 0, length = data.All.SpaceOf(item).Width; at < length; at += Window)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                var lines = new StringBuilder();
                var window = symbols.AsSpan(0, Math.Min(Window, length - at));
                data.All.Read(item, at, window);
                foreach (var symbol in window)
                {
                    bytes += tokens.Decode(symbol, one);
                    var piece = tokens.Visible([symbol]);
                    lines.Append(CultureInfo.InvariantCulture, $"{symbol}\t{piece}\n");
                    if (!session.Json) continue;
                    numbers.Add((JsonNode)symbol);
                    pieces.Add((JsonNode)piece);
                }
                if (!session.Json) session.Echo(lines.ToString());
            }
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"{VisibleText.Line(path)}: {total} tokens of {bytes} bytes, {(double)bytes / total:0.00} bytes a token; {tokens.Words}"),
            new JsonObject { ["count"] = total, ["bytes"] = bytes, ["symbols"] = tokens.Size, ["tokens"] = numbers, ["pieces"] = pieces });
        return 0;
    }

    static Tokens TokensOf(string source)
    {
        if (Directory.Exists(source)) return Tokens.Read(source);
        if (!File.Exists(source)) throw new UsageException($"there is no model or vocabulary {source}");
        if (FileKind.Of(source).Format != FileFormat.Safetensors) return Tokens.Read(source);
        var checkpoint = ModelFile.Read(source);
        return ModelFile.Tokens(checkpoint) ?? throw new UsageException($"{source} is a model of {ModelFile.Modality(checkpoint).Title}, whose symbols stand for no bytes");
    }
}
