using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Items of a split by what they are: those of one space go through a model together, and sequences of all lengths do.</summary>
public static class SpaceGroups
{
    /// <summary>The spaces, in the order in which they come, and the indices of their items.</summary>
    public static IReadOnlyList<(Space Space, int[] Items)> Of(DensityModel model, Split split)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(split);
        var groups = new Dictionary<Space, List<int>>();
        var (last, items) = (default(Space), (List<int>?)null); // mostly one after the other is alike
        for (var i = 0; i < split.Count; i++)
        {
            var space = split.SpaceOf(i);
            var key = space.IsSequence && model.Carries ? split.Space : space;
            if (items is null || key != last)
            {
                if (!groups.TryGetValue(key, out items)) groups[key] = items = [];
                last = key;
            }
            items.Add(i);
        }
        return [.. groups.Select(group => (group.Key, group.Value.ToArray()))];
    }
}
