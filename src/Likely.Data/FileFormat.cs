namespace Likely.Data;

/// <summary>What readers there are, and what else a file may turn out to be.</summary>
public enum FileFormat
{
    /// <summary>Bytes of no kind that is known here; then the name may tell.</summary>
    Unknown,
    Empty,
    Text,
    Npy,
    Idx,
    Cifar10,
    Cifar100,
    Png,
    Pnm,

    /// <summary>A picture of another format, read through ffmpeg.</summary>
    Picture,

    /// <summary>Moving pictures, read through ffmpeg.</summary>
    Video,

    /// <summary>WAV sound whose samples are numbers, which is read here.</summary>
    Wav,

    /// <summary>Sound of another format, read through ffmpeg.</summary>
    Sound,
    Gzip,

    /// <summary>An archive of Likely.</summary>
    Archive,

    /// <summary>A file of tensors: a model of Likely, an interrupted training, or another's.</summary>
    Safetensors,

    /// <summary>A kind that is known by name and not read: zip, tar, pickle, HDF5, ...</summary>
    Other,
}
