using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Files;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// What is to be known of texts that were drawn: the longest stretch that stands as it is in the text that the model was trained on, so was perhaps learnt by heart, and whether the model
/// went round in a loop. Looked for when all is drawn, and not with --quiet alone.
/// </summary>
sealed class SampleNotes(Session session, Checkpoint checkpoint, string modelPath, string? against)
{
    const int MostShown = 120, MostLooped = 1 << 20, Window = 1 << 16;

    /// <summary>Says it, and adds it to an answer's JSON.</summary>
    /// <param name="texts">The texts, without what they go on from.</param>
    /// <param name="json">Receives "loop" and "overlap", null where there is none.</param>
    /// <exception cref="DataException">What --against names cannot be read.</exception>
    public void Add(IReadOnlyList<List<byte>?> texts, JsonObject json)
    {
        if (session.Quiet && !session.Json) return;
        byte[][] drawn = [.. texts.Select(text => text?.ToArray() ?? [])];
        (json["loop"], json["overlap"]) = (Loop(drawn), null);
        try
        {
            if (drawn.Any(text => text.Length > 0)) json["overlap"] = session.Watch(display => Overlap(drawn, display));
        }
        catch (OperationCanceledException)
        {
            // What was drawn is there, and whoever does not wait does without.
        }
    }

    JsonObject? Loop(byte[][] drawn)
    {
        var (longest, text) = (default(RepeatedStretch), 0);
        for (var i = 0; i < drawn.Length; i++)
            if (RepeatedStretch.Find(drawn[i].AsSpan(0, Math.Min(drawn[i].Length, MostLooped))) is { } found && found.Length > (longest?.Length ?? 0)) (longest, text) = (found, i);
        if (longest is null) return null;
        var words = Words(drawn[text].AsSpan(longest.Start, longest.Period));
        session.Say(string.Create(CultureInfo.InvariantCulture, $"note        {(drawn.Length > 1 ? $"text {text + 1}" : "it")} goes round in a loop: from byte {longest.Start} on {longest.Length} bytes are the same {longest.Period} again and again: {Shown(words)}"));
        return new JsonObject { ["text"] = text, ["offset"] = longest.Start, ["bytes"] = longest.Length, ["period"] = longest.Period, ["words"] = words };
    }

    JsonObject? Overlap(byte[][] drawn, ProgressDisplay display)
    {
        using var data = TrainingData.Find(session, checkpoint, modelPath, against);
        if (data is null) return null;
        var overlap = new VerbatimOverlap(drawn.Select(text => (ReadOnlyMemory<byte>)text));
        var split = against is null ? data.Train : data.All;
        var total = Enumerable.Range(0, split.Count).Sum(item => (double)split.SpaceOf(item).Width);
        var (read, symbols, name, offset, tokens) = (0.0, new int[Window], "", 0L, data.Tokens!);
        for (var item = 0; item < split.Count; item++)
        {
            overlap.Cut();
            var begin = overlap.ReadBytes;
            for (int at = 0, length = split.SpaceOf(item).Width; at < length; at += Window)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                var before = overlap.Longest;
                var own = symbols.AsSpan(0, Math.Min(Window, length - at));
                split.Read(item, at, own);
                overlap.Read(tokens.Decode(own));
                if (overlap.Longest > before) (name, offset) = (split.ItemName(item), overlap.ReadEnd - overlap.Longest - begin);
                display.Update((read += own.Length) / total, "looking for the text in what it was trained on");
            }
        }
        if (overlap.Longest == 0) return null;
        var (text, start) = overlap.Place;
        var words = Words(drawn[text].AsSpan(start, overlap.Longest));
        session.Say($"note        the most of {(drawn.Length > 1 ? "them" : "it")} that stands in {(against is null ? "the training text" : data.Name)} as it is{(overlap.IsCut ? $", as far as the first {VerbatimOverlap.MostBytes} bytes go" : "")}: {overlap.Longest} bytes, {Shown(words)}");
        return new JsonObject
        {
            ["text"] = text,
            ["offset"] = start,
            ["bytes"] = overlap.Longest,
            ["words"] = words,
            ["in"] = name,
            ["at"] = offset,
        };
    }

    static string Words(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    static string Shown(string words) => $"\"{VisibleText.Line(words.Length <= MostShown ? words : $"{words[..(MostShown / 2)]} ... {words[^(MostShown / 2)..]}")}\"";
}
