using System.Globalization;
using System.Text;
using System.Text.Json;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Reads a vocabulary of byte-level BPE as GPT-2 and those after it come: vocab.json (encoder.json) with merges.txt (vocab.bpe), or tokenizer.json of Hugging Face, which wins
/// if a folder has both, as it alone says by which rules a text is cut. What cuts or joins by other rules is refused.
/// </summary>
static class PairVocabulary
{
    const int LongestFile = 1 << 25, MostDepth = 32;
    const string Whole = "tokenizer.json";

    static readonly string[] Symbols = ["vocab.json", "encoder.json"], Merges = ["merges.txt", "vocab.bpe"];

    /// <summary>Reads a folder, or one of its files.</summary>
    /// <exception cref="DataException">if there is none, or it is something else</exception>
    public static PairTokens Read(string path)
    {
        try
        {
            return Directory.Exists(path) ? ReadFolder(path) : ReadFile(path);
        }
        catch (InvalidOperationException fault)
        {
            throw new DataException($"'{path}' is no vocabulary: a text in it is no Unicode.", fault); // the half of a pair, escaped
        }
    }

    /// <summary>The contents of vocab.json and merges.txt.</summary>
    /// <exception cref="DataException">if two symbols would have one name</exception>
    public static (byte[] Symbols, byte[] Merges) Files(Tokens tokens, IEnumerable<(int Left, int Right)> merges, string? last)
    {
        var (names, one, numbers) = (new string[tokens.Size], new byte[tokens.LongestSymbol], new SortedDictionary<string, int>(StringComparer.Ordinal));
        for (var symbol = 0; symbol < names.Length; symbol++)
        {
            var spelled = new StringBuilder();
            foreach (var value in one.AsSpan(0, tokens.Decode(symbol, one))) spelled.Append(ByteSpelling.Of(value));
            names[symbol] = spelled.ToString();
            if (!numbers.TryAdd(names[symbol], symbol)) throw new DataException($"Two of the symbols are '{Short(names[symbol])}', and vocab.json can hold but one.");
        }
        if (last is not null && !numbers.TryAdd(last, names.Length)) throw new DataException($"There is a symbol '{last}' already.");
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, number) in numbers.OrderBy(symbol => symbol.Value)) writer.WriteNumber(name, number);
            writer.WriteEndObject();
        }
        var lines = new StringBuilder("#version: 0.2\n");
        foreach (var (left, right) in merges) lines.Append(names[left]).Append(' ').Append(names[right]).Append('\n');
        return (json.ToArray(), Encoding.UTF8.GetBytes(lines.ToString()));
    }

    static PairTokens ReadFile(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file or folder '{path}'; check the name.");
        var (name, folder) = (Path.GetFileName(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (Merges.Contains(name)) return ReadPair(Beside(folder, Symbols, path), path);
        using var json = Json(path);
        return json.RootElement.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object ? ReadWhole(path) : ReadPair(path, Beside(folder, Merges, path));
    }

    static PairTokens ReadFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, Whole))) return ReadWhole(Path.Combine(folder, Whole));
        return ReadPair(Beside(folder, Symbols, folder), Beside(folder, Merges, folder));
    }

    static string Beside(string folder, string[] names, string asked) =>
        names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new DataException($"'{asked}' is half a vocabulary, or none: there is no {string.Join(" or ", names)} in '{folder}'; it takes {string.Join(" or ", Symbols)} with {string.Join(" or ", Merges)}, or {Whole}.");

    static PairTokens ReadPair(string symbolsPath, string mergesPath)
    {
        using var json = Json(symbolsPath);
        var symbols = SymbolsOf(json.RootElement, symbolsPath);
        string[] lines;
        try
        {
            lines = new UTF8Encoding(false, true).GetString(Bytes(mergesPath)).Split('\n');
        }
        catch (DecoderFallbackException)
        {
            throw Refused(mergesPath, "it is no UTF-8");
        }
        // Only the first line may be a remark: later ones can begin with # as well.
        var first = lines[0].StartsWith("#version", StringComparison.Ordinal) ? 1 : 0;
        return Make(symbols, lines[first..].Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Select(line => line.Split(' ')), $"{symbolsPath}' with '{Path.GetFileName(mergesPath)}");
    }

    static PairTokens ReadWhole(string path)
    {
        using var json = Json(path);
        var root = json.RootElement;
        var model = Part(root, "model", path) ?? throw Refused(path, "it has no model");
        if (Text(model, "type") is var type and not ("BPE" or "")) throw Refused(path, $"its model is {type}, and only BPE is read");
        foreach (var (key, usual) in ((string, string[])[])[("dropout", ["null", "0", "0.0"]), ("continuing_subword_prefix", ["null", ""]), ("end_of_word_suffix", ["null", ""]), ("byte_fallback", ["null", "false"]), ("ignore_merges", ["null", "false"])])
            if (model.TryGetProperty(key, out var value) && !usual.Contains(Plain(value))) throw Refused(path, $"its model has {key}={Plain(value)}, which is not GPT-2's");
        if (Part(root, "normalizer", path) is { } normalizer) throw Refused(path, $"it changes a text with {Text(normalizer, "type")} before it is cut, so that bytes would not come back");
        RequireCutting(Part(root, "pre_tokenizer", path), path);
        var symbols = SymbolsOf(Part(model, "vocab", path) ?? throw Refused(path, "its model has no vocab"), path);
        AddTokens(symbols, root, path);
        if (!model.TryGetProperty("merges", out var merges) || merges.ValueKind != JsonValueKind.Array) throw Refused(path, "its model has no merges");
        return Make(symbols, merges.EnumerateArray().Select(merge => merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(Plain)] : Plain(merge).Split(' ')), path);
    }

    // One ByteLevel, alone or as all of a sequence, with GPT-2's pattern and nothing put in front of a text.
    static void RequireCutting(JsonElement? cutting, string path)
    {
        if (cutting is { } sequence && Text(sequence, "type") == "Sequence" && sequence.TryGetProperty("pretokenizers", out var steps) && steps.ValueKind == JsonValueKind.Array && steps.GetArrayLength() == 1) cutting = steps[0];
        if (cutting is not { ValueKind: JsonValueKind.Object } own) throw Refused(path, "it has no pre_tokenizer, and GPT-2's is ByteLevel");
        if (Text(own, "type") is var type and not "ByteLevel") throw Refused(path, $"its pre_tokenizer is {type}, and GPT-2's is ByteLevel alone");
        if (own.TryGetProperty("add_prefix_space", out var space) && Plain(space) != "false") throw Refused(path, "its pre_tokenizer puts a space in front of a text (add_prefix_space), so that bytes would not come back");
        if (own.TryGetProperty("use_regex", out var pattern) && Plain(pattern) != "true") throw Refused(path, "its pre_tokenizer does not cut by GPT-2's pattern (use_regex)");
    }

    static void AddTokens(Dictionary<string, int> symbols, JsonElement root, string path)
    {
        if (!root.TryGetProperty("added_tokens", out var added) || added.ValueKind != JsonValueKind.Array) return;
        var numbers = symbols.Values.ToHashSet();
        foreach (var token in added.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object || !token.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out var symbol)) throw Refused(path, "one of its added_tokens has no id");
            var content = Text(token, "content");
            if (!token.TryGetProperty("special", out var special) || special.ValueKind != JsonValueKind.True) throw Refused(path, $"it looks for '{Short(content)}' in a text before it cuts it (added_tokens, not special), which GPT-2's does not");
            if (symbols.TryAdd(content, symbol) ? !numbers.Add(symbol) : symbols[content] != symbol) throw Refused(path, $"the number {symbol} of '{Short(content)}' is not its own, or it has two");
        }
    }

    static PairTokens Make(Dictionary<string, int> symbols, IEnumerable<string[]> pairs, string path)
    {
        var left = symbols.Values.ToHashSet(); // those that nothing becomes
        var bytes = new int[256];
        for (var value = 0; value < bytes.Length; value++)
        {
            if (!symbols.TryGetValue(ByteSpelling.Of((byte)value), out bytes[value])) throw Refused(path, string.Create(CultureInfo.InvariantCulture, $"it has no symbol for the byte {value}, so that not every text can be encoded"));
            left.Remove(bytes[value]);
        }
        var merges = new List<(int, int, int)>();
        foreach (var pair in pairs)
        {
            if (pair is not [{ Length: > 0 } first, { Length: > 0 } second]) throw Refused(path, $"its merge {merges.Count + 1} is not two pieces with a space between them: '{Short(string.Join(' ', pair))}'");
            if (!symbols.TryGetValue(first, out var one) || !symbols.TryGetValue(second, out var two) || !symbols.TryGetValue(first + second, out var result))
                throw Refused(path, $"its merge {merges.Count + 1} is of '{Short(first)}' and '{Short(second)}', and its symbols lack one of them, or what they become");
            merges.Add((one, two, result));
            left.Remove(result);
        }
        try
        {
            return new PairTokens(bytes, [.. merges], [.. symbols.Where(symbol => left.Contains(symbol.Value)).Select(symbol => (symbol.Value, ByteSpelling.BytesOf(symbol.Key)))]);
        }
        catch (DataException fault)
        {
            throw Refused(path, fault.Message);
        }
    }

    static Dictionary<string, int> SymbolsOf(JsonElement vocabulary, string path)
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        var numbers = new HashSet<int>();
        foreach (var entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var number)) throw Refused(path, $"'{Short(entry.Name)}' has no whole number in it");
            if (!symbols.TryAdd(entry.Name, number)) throw Refused(path, $"'{Short(entry.Name)}' is in it twice");
            if (!numbers.Add(number)) throw Refused(path, $"two of its symbols have the number {number}");
            if (symbols.Count > Tokens.MostSymbols) throw Refused(path, $"it has more symbols than the {Tokens.MostSymbols} that an alphabet has room for");
        }
        return symbols;
    }

    static JsonDocument Json(string path)
    {
        try
        {
            var json = JsonDocument.Parse(Bytes(path), new JsonDocumentOptions { MaxDepth = MostDepth });
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
        }
        catch (JsonException)
        {
            // as any other file
        }
        throw Refused(path, "it is no JSON object");
    }

    static byte[] Bytes(string path)
    {
        try
        {
            using var stream = RegularFile.OpenRead(path, FileOptions.SequentialScan);
            if (stream.Length > LongestFile) throw Refused(path, $"it has {stream.Length} bytes, more than {LongestFile}, and no vocabulary of {Tokens.MostSymbols} symbols needs so many");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {fault.Message}", fault);
        }
    }

    static JsonElement? Part(JsonElement of, string name, string path) =>
        !of.TryGetProperty(name, out var part) || part.ValueKind == JsonValueKind.Null ? null : part.ValueKind == JsonValueKind.Object ? part : throw Refused(path, $"its {name} is no object");

    static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    // A text without its quotes, anything else as it is written.
    static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    static string Short(string text) => VisibleText.Line(text.Length > 40 ? text[..40] + "..." : text);

    static DataException Refused(string path, string reason) => new($"'{path}' is no vocabulary of byte-level BPE as GPT-2's: {reason}.");
}
