namespace Likely;

/// <summary>How a model file holds its weights. A model always computes in float32; the file's form only decides which values it can hold.</summary>
public enum WeightStorage
{
    /// <summary>32 bits, as trained.</summary>
    Float32,

    /// <summary>16 bits: the upper half of a float32, rounded to nearest even.</summary>
    BFloat16,

    /// <summary>8 bits: whole numbers from -127 to 127 times a scale for each output; small tensors as <see cref="BFloat16"/>.</summary>
    Int8,
}
