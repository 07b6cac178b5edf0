namespace Likely.Models.Layers;

/// <summary>
/// The order R, G, B within a position, by channel masks (van den Oord et al. 2016a, sec. 3.4): feature maps are cut into as many
/// groups as there are symbols at a position; a group may read groups up to its own (mask B) or only earlier ones (mask A).
/// </summary>
public sealed class ChannelGroups(int count)
{
    public int Count { get; } = count;

    public int Of(int channel, int channels) => (int)((long)channel * Count / channels);

    /// <summary>Whether an input may feed an output at the same position; null if there is one group and the answer is always yes.</summary>
    public Func<int, int, bool>? Mask(int inputs, int outputs, bool strictly)
    {
        if (Count == 1) return null;
        return strictly
            ? (input, output) => Of(input, inputs) < Of(output, outputs)
            : (input, output) => Of(input, inputs) <= Of(output, outputs);
    }

    /// <summary>Mask B for a 1x1 product, in the form parameters take.</summary>
    public Func<int, int, int, bool>? Within(int inputs, int outputs)
    {
        if (Mask(inputs, outputs, strictly: false) is not { } mask) return null;
        return (_, input, output) => mask(input, output);
    }
}
