using System.CommandLine;
using System.Globalization;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Options of verbs that turn items into codes: which inner state, and how an item's become one.</summary>
static class CodeOptions
{
    public static readonly Option<string?> Layer = Options.Text("--layer", "Which inner state of the model, by its name or its number from 0 on; the last, which the model's head reads, if not given. A wrong one is told which there are", "N|NAME");
    public static readonly Option<string?> Pool = Options.Text("--pool", "last: the state that has read the item; mean: the mean over its positions. If not given, last for text and mean for pictures. Of a model of features of patches=, max or mean: whole pictures are encoded by all their windows", "HOW");
    public static readonly Option<int?> Regions = Options.Whole("--regions", "With --pool and a model of patches=: pictures are pooled in N x N regions, 4 x 4 if not given", most: 64);
    public static readonly Option<int?> Stride = Options.Whole("--stride", "With --pool and a model of patches=: pixels from one window to the next, 2 if not given", most: 8192);

    public static readonly Option<string[]> Clamp = new("--clamp")
    {
        Description = "Hold a unit of an inner state of the model at a value while text is drawn, and while the prompt is read: of a state that --layer of encode takes, a unit as probe counts them, such as cell:137=-2; repeatable",
        HelpName = "STATE:UNIT=VALUE",
    };

    /// <summary>What encodes by a model as the options say.</summary>
    /// <param name="result">The options.</param>
    /// <param name="session">Its threads.</param>
    /// <param name="checkpoint">The model.</param>
    /// <param name="raw">Whether windows' own pixels stand for their codes, for comparison.</param>
    /// <exception cref="UsageException">There is no such state, or no such pooling.</exception>
    public static Encoder Encoder(ParseResult result, Session session, Checkpoint checkpoint, bool raw = false)
    {
        StatePooling? pooling = result.GetValue(Pool) switch
        {
            null => null,
            "last" => StatePooling.Last,
            "mean" => StatePooling.Mean,
            "max" => StatePooling.Maximum,
            var other => throw new UsageException($"--pool {other} is unknown; use last, mean or max"),
        };
        var layer = result.GetValue(Layer);
        var (regions, stride) = (result.GetValue(Regions), result.GetValue(Stride));
        if (PoolsWindows(result, checkpoint)) return new PatchEncoder((FeatureModel)checkpoint.Model, pooling!.Value, regions ?? 4, stride ?? 2, raw, session.Threads);
        if (regions is not null || stride is not null) throw new UsageException("--regions and --stride are for --pool max or mean with a model of features that was fitted to patches=HxW");
        if (checkpoint.Model is FeatureModel features)
            return layer is null && pooling is null ? new FeatureEncoder(features, session.Threads) : throw new UsageException($"--layer and --pool are for densities, which have inner states, and --pool for models of patches=; {checkpoint.Model.Config.Name} makes one code of a row");
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

    /// <summary>True if whole pictures are encoded by a model of windows of them.</summary>
    public static bool PoolsWindows(ParseResult result, Checkpoint checkpoint)
        => result.GetValue(Pool) is not null && checkpoint.Model is FeatureModel && DataOptions.FromCanonical(checkpoint.Preprocessing).Patches is not null;

    /// <summary>How data are opened whose items are encoded as the options say: as the model's own were, or, where windows are pooled, as whole pictures.</summary>
    /// <exception cref="DataException">An unknown key or a bad value.</exception>
    public static DataOptions Items(ParseResult result, Checkpoint checkpoint, List<KeyValuePair<string, string>> settings)
        => ModelFile.WholeItems(checkpoint, settings) is var options && PoolsWindows(result, checkpoint) ? options with { AnySize = true, Patches = null, Windows = null } : options;

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
    public static void RequireFit(Checkpoint checkpoint, Split split, Encoder? encoder = null)
    {
        if (encoder is PatchEncoder) return; // which refuses what is too small by itself
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
