using System.Text.Json.Serialization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model's hyperparameters with the published defaults. The lists at the two ends of this file are the registry, to which a new model adds a line each; a model of another
/// project joins by <see cref="ModelRegistry.Add"/>. Every hyperparameter has a <see cref="KeyAttribute"/>.
/// </summary>
public abstract record ModelConfig
{
    internal static IReadOnlyList<ModelConfig> Registered { get; } =
        [new GatedPixelCnnConfig(), new PixelCnnConfig(), new FvsbnConfig(), new NadeConfig(), new MadeConfig(), new CharRnnConfig(), new MultiplicativeLstmConfig(), new TransformerConfig(), new TransformerXlConfig(), new DeepTransformerConfig(), new WaveNetConfig(), new ByteNetConfig(), new KMeansConfig(), new PcaConfig(), new GaussianMixtureConfig(), new IsomapConfig(), new AutoencoderConfig(), new RbmConfig(), new SparseCodingConfig(), new PsdConfig(),
        new LshConfig(), new ItqConfig(), new SpectralHashingConfig(), new BinaryReconstructiveConfig(), new MinimalLossConfig(), new SemanticHashingConfig()];

    /// <summary>The registered name.</summary>
    [JsonIgnore] public abstract string Name { get; }

    /// <summary>One line: what it is, with its paper.</summary>
    [JsonIgnore] public abstract string Summary { get; }

    /// <summary>The published hyperparameters, nothing automatic: what a model file means by leaving a key out. Never changes, as identities rest on it.</summary>
    [JsonIgnore] public virtual ModelConfig Published => ModelRegistry.Find(Name);

    /// <summary>The name and the keys with their values; a record by itself would print <see cref="Published"/>, which prints itself without end.</summary>
    public sealed override string ToString() => $"{Name} {{ {string.Join(", ", ModelRegistry.Keys(this).Select(pair => $"{pair.Key} = {pair.Value}"))} }}";

    /// <summary>The model with the names and shapes of its weights, and no memory for them yet.</summary>
    /// <exception cref="ModelException">A value is out of range, or the model cannot describe this space.</exception>
    internal abstract Model Outline(Space space, int classes);
}

/// <summary>How the registered configs are read and written, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(GatedPixelCnnConfig))]
[JsonSerializable(typeof(PixelCnnConfig))]
[JsonSerializable(typeof(FvsbnConfig))]
[JsonSerializable(typeof(NadeConfig))]
[JsonSerializable(typeof(MadeConfig))]
[JsonSerializable(typeof(CharRnnConfig))]
[JsonSerializable(typeof(MultiplicativeLstmConfig))]
[JsonSerializable(typeof(TransformerConfig))]
[JsonSerializable(typeof(TransformerXlConfig))]
[JsonSerializable(typeof(DeepTransformerConfig))]
[JsonSerializable(typeof(WaveNetConfig))]
[JsonSerializable(typeof(ByteNetConfig))]
[JsonSerializable(typeof(KMeansConfig))]
[JsonSerializable(typeof(PcaConfig))]
[JsonSerializable(typeof(GaussianMixtureConfig))]
[JsonSerializable(typeof(IsomapConfig))]
[JsonSerializable(typeof(AutoencoderConfig))]
[JsonSerializable(typeof(RbmConfig))]
[JsonSerializable(typeof(SparseCodingConfig))]
[JsonSerializable(typeof(LshConfig))]
[JsonSerializable(typeof(ItqConfig))]
[JsonSerializable(typeof(SpectralHashingConfig))]
[JsonSerializable(typeof(BinaryReconstructiveConfig))]
[JsonSerializable(typeof(MinimalLossConfig))]
[JsonSerializable(typeof(SemanticHashingConfig))]
[JsonSerializable(typeof(PsdConfig))]
partial class ModelJson : JsonSerializerContext;
