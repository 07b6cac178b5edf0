using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The layers of an autoencoder: h_0 = x, h_l = f(h_{l-1} W_l + b_l) up to the code, and back y_{l-1} = g(y_l V_l + c_l) with V_l of its own or W_l turned (tied). What comes out last is left as it is, for
/// the loss to bend.
/// </summary>
sealed class CoderNetwork
{
    readonly Layer[] _layers;
    readonly string _hidden, _code;

    /// <param name="scope">Where the weights go.</param>
    /// <param name="sizes">Numbers of a row, units of each layer, numbers of a code.</param>
    /// <param name="hidden">The bend of hidden layers.</param>
    /// <param name="code">That of the code.</param>
    /// <param name="tied">Whether the way back has the same weights.</param>
    /// <param name="decodes">False: there is no way back.</param>
    public CoderNetwork(ParameterScope scope, int[] sizes, string hidden, string code, bool tied, bool decodes = true)
    {
        (_hidden, _code, _layers) = (hidden, code, new Layer[sizes.Length - 1]);
        ParameterScope there = scope.At("encoder"), back = scope.At("decoder");
        for (var l = 0; l < _layers.Length; l++)
        {
            var (inputs, outputs) = (sizes[l], sizes[l + 1]);
            var weight = there.At(l).Weight("weight", 1, inputs, outputs, Gain(Bend(l + 1), inputs, outputs), matrices: 1);
            var bias = there.At(l).Bias("bias", outputs);
            var other = tied || !decodes ? null : back.At(l).Weight("weight", 1, outputs, inputs, Gain(l == 0 ? Linear : hidden, outputs, inputs), matrices: 1);
            _layers[l] = new Layer(weight, bias, other, decodes ? back.At(l).Bias("bias", inputs) : null);
        }
    }

    /// <summary>The words of bends.</summary>
    public const string Sigmoid = "sigmoid", Tanh = "tanh", Relu = "relu", Gelu = "gelu", Linear = "linear";

    /// <summary>A layer's weights.</summary>
    /// <param name="Weight">[1, inputs, outputs].</param>
    /// <param name="Bias">[1, 1, outputs].</param>
    /// <param name="Back">[1, outputs, inputs]; null: <paramref name="Weight"/> turned.</param>
    /// <param name="BackBias">[1, 1, inputs]; null: there is no way back.</param>
    public readonly record struct Layer(Parameter Weight, Parameter Bias, Parameter? Back, Parameter? BackBias);

    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>The bend of what layer <paramref name="layer"/> gives, 0 being the rows.</summary>
    public string Bend(int layer) => layer == _layers.Length ? _code : _hidden;

    /// <summary>The code of rows [1, B, D], or what the first layers give.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="layers">How many layers.</param>
    /// <param name="bent">Whether the last one's bend is applied.</param>
    /// <param name="dropout">The share of hidden units that is dropped while training.</param>
    public Tensor Encode(Tensor x, int layers = int.MaxValue, bool bent = true, float dropout = 0)
    {
        layers = Math.Min(layers, _layers.Length);
        for (var l = 0; l < layers; l++)
        {
            x = Ops.Linear(x, _layers[l].Weight, _layers[l].Bias);
            if (bent || l + 1 < layers) x = Apply(Bend(l + 1), x);
            if (l + 1 < _layers.Length) x = Ops.Dropout(x, dropout, (ulong)l);
        }
        return x;
    }

    /// <summary>What the last layer gives of codes [1, B, K], unbent.</summary>
    public Tensor Decode(Tensor code)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var layer = _layers[l];
            code = layer.Back is { } back ? Ops.Linear(code, back, layer.BackBias) : Ops.AddBias(Ops.Scores(code, layer.Weight, layer.Weight.Inputs), layer.BackBias!);
            if (l > 0) code = Apply(_hidden, code);
        }
        return code;
    }

    /// <summary>A bend.</summary>
    public static Tensor Apply(string bend, Tensor x) => bend switch
    {
        Sigmoid => Ops.Sigmoid(x),
        Tanh => Ops.Tanh(x),
        Relu => Ops.Rectify(x),
        Gelu => Ops.Gelu(x),
        _ => x,
    };

    // Deviations of Glorot and Bengio 2010, and of He et al. 2015 for rectifiers, as a share of 1 / sqrt(inputs).
    static double Gain(string bend, int inputs, int outputs) => bend is Relu or Gelu ? Math.Sqrt(2) : (bend == Sigmoid ? 4 : 1) * Math.Sqrt(2.0 * inputs / (inputs + outputs));
}
