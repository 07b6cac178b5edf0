using Likely.Tensors;

namespace Likely.Models;

/// <summary>Where a layer's parameters come from: a path in the model's set. The path is the tensor's name on disk.</summary>
public sealed class ParameterScope(ParameterSet set, string path = "")
{
    public string Path { get; } = path;

    public ParameterScope At(string name) => new(set, Name(name));

    public ParameterScope At(int index) => At(index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A weight [taps, inputs, outputs], normal with deviation gain / sqrt(taps * inputs), about what <paramref name="start"/> gives at (tap, input, output), or zero; it learns at <paramref name="rate"/> times the learning rate. <paramref name="matrices"/>: see <see cref="Parameter.Matrices"/>.</summary>
    public Parameter Weight(string name, int taps, int inputs, int outputs, double gain = 1, Func<int, int, int, bool>? mask = null, Func<int, int, int, double>? start = null, double rate = 1, int matrices = 0)
    {
        var deviation = gain / Math.Sqrt((double)taps * inputs);
        return set.Add(new Parameter(Name(name), new Shape(taps, inputs, outputs), (normal, _) => normal * deviation, mask, start) { Rate = rate, Matrices = matrices });
    }

    /// <summary>A bias [1, 1, outputs], zero or what <paramref name="start"/> gives for each output.</summary>
    public Parameter Bias(string name, int outputs, Func<int, double>? start = null)
        => set.Add(new Parameter(Name(name), new Shape(1, 1, outputs), (_, _) => 0, offset: start is null ? null : (_, _, output) => start(output)));

    string Name(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
