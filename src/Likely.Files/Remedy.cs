namespace Likely;

/// <summary>What a user could do about a <see cref="LikelyException"/>; a program says how it is asked for.</summary>
public enum Remedy
{
    /// <summary>The sentence says all.</summary>
    None,

    /// <summary>Allow that what is there is overwritten.</summary>
    Overwrite,

    /// <summary>Write to another place.</summary>
    OtherPlace,

    /// <summary>Name the model's file.</summary>
    NameModel,

    /// <summary>Begin anew instead of going on with what was begun.</summary>
    BeginAnew,

    /// <summary>Allow that files are stored as bytes which the model does not know.</summary>
    StoreAsBytes,

    /// <summary>Look at what the file holds.</summary>
    ListContent,

    /// <summary>Make an index of a model's codes.</summary>
    MakeIndex,
}
