using System.CommandLine;
using System.Globalization;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Options of verbs that turn items into codes: which inner state, and how an item's become one.</summary>
static class CodeOptions
{
    public static readonly Option<string?> Layer = Options.Text("--layer", "Which inner state of the model, by its name or its number from 0 on; the last, which the model's head reads, if not given. A wrong one is told which there are", "N|NAME");
    public static readonly Option<string?> Pool = Options.Text("--pool", "last: the state that has read the item; mean: the mean over its positions. If not given, last for text and mean for pictures", "HOW");

    public static readonly Option<string[]> Clamp = new("--clamp")
    {
        Description = "Hold a unit of an inner state of the model at a value while text is drawn, and while the prompt is read: of a state that --layer of encode takes, a unit as probe counts them, such as cell:137=-2; repeatable",
        HelpName = "STATE:UNIT=VALUE",
    };

    /// <summary>What encodes by a model as the options say.</summary>
    /// <exception cref="UsageException">There is no such state, or no such pooling.</exception>
    public static Encoder Encoder(ParseResult result, Session session, Checkpoint checkpoint)
    {
        StatePooling? pooling = result.GetValue(Pool) switch
        {
            null => null,
            "last" => StatePooling.Last,
            "mean" => StatePooling.Mean,
            var other => throw new UsageException($"--pool {other} is unknown; use last or mean"),
        };
        var layer = result.GetValue(Layer);
        if (checkpoint.Model is FeatureModel features)
            return layer is null && pooling is null ? new FeatureEncoder(features, session.Threads) : throw new UsageException($"--layer and --pool are for densities, which have inner states; {checkpoint.Model.Config.Name} makes one code of a row");
        var states = checkpoint.Density.States;
        return new StateEncoder(checkpoint, layer is null || states.Count == 0 ? null : Index(states, layer, Layer), pooling, session.Threads);
    }

    /// <summary>The units that are held at a value.</summary>
    /// <exception cref="UsageException">One is not of the form STATE:UNIT=VALUE, or the model has no such state.</exception>
    public static Clamp[] ClampsOf(ParseResult result, Checkpoint checkpoint)
    {
        var states = checkpoint.Density.States;
        return [.. (result.GetValue(Clamp) ?? []).Select(text =>
        {
            var (colon, equals) = (text.IndexOf(':'), text.LastIndexOf('='));
            if (colon < 1 || equals < colon || !int.TryParse(text.AsSpan(colon + 1, equals - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var unit) || !float.TryParse(text.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new UsageException($"{Clamp.Name} {text} is not of the form STATE:UNIT=VALUE, such as {(states.Count == 0 ? "cell" : states[0].Name)}:0=1.5");
            return new Clamp(states.Count == 0 ? text[..colon] : states[Index(states, text[..colon], Clamp)].Name, unit, value);
        })];
    }

    /// <summary>Encodes all items of a split, some at a time.</summary>
    /// <param name="encoder">What encodes them.</param>
    /// <param name="split">The items.</param>
    /// <param name="session">Its progress, and the wish to stop.</param>
    /// <param name="take">Takes the codes of some items, in order; the array is used again.</param>
    public static void Encode(Encoder encoder, Split split, Session session, Action<float[]> take)
    {
        const int MostNumbers = 1 << 24, MostItems = 1 << 13;
        var (total, done) = (0.0, 0L);
        for (var i = 0; i < split.Count; i++) total += split.SpaceOf(i).Dimensions;
        var most = Math.Clamp(MostNumbers / encoder.Width, 1, MostItems);
        session.Watch(display =>
        {
            for (int first = 0, count; first < split.Count; first += count)
            {
                count = Math.Min(most, split.Count - first);
                var codes = new float[count * encoder.Width];
                encoder.Encode(split, first, codes, more => display.Update(Math.Min(1, Interlocked.Add(ref done, more) / total), "encoding"), session.Cancellation);
                if (Array.Exists(codes, number => !float.IsFinite(number))) throw new NotFiniteNumberException($"the codes of items {first} to {first + count - 1} are not finite, and nothing was written; the model's weights are too large, from training at too high a rate or a damaged file");
                take(codes);
            }
            return 0;
        });
    }

    /// <summary>Refuses items that a model cannot encode.</summary>
    /// <exception cref="UsageException">One is of another size, or has no label where the model is told it.</exception>
    public static void RequireFit(Checkpoint checkpoint, Split split)
    {
        for (var i = 0; i < split.Count; i++)
        {
            ModelFile.RequireFit(checkpoint, split.SpaceOf(i), split.ItemName(i));
            if (ModelFile.Classes(checkpoint) > 0 && split.Label(i) < 0) throw new UsageException($"{split.ItemName(i)} has no label, and the model is told one");
        }
    }

    static int Index(IReadOnlyList<InnerState> states, string layer, Option option)
    {
        for (var i = 0; i < states.Count; i++)
            if (states[i].Name == layer) return i;
        if (int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < states.Count) return number;
        throw new UsageException($"{option.Name} {layer} is no inner state of the model{Spelling.Hint(layer, states.Select(state => state.Name))}; they are {string.Join(", ", states.Select(state => state.Name))}");
    }
}
