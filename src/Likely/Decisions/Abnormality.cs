namespace Likely;

/// <summary>In what regard an item can be unlike the normal ones.</summary>
public enum Abnormality
{
    /// <summary>The model finds it less likely.</summary>
    Unlikely,

    /// <summary>The model finds it likelier, as it does what is simpler than all that it has learned.</summary>
    TooLikely,

    /// <summary>The model takes more bits for it, beside those of a code that knows nothing of the model.</summary>
    Complexity,

    /// <summary>The model takes fewer bits for it, beside those of such a code.</summary>
    TooPredictable,

    /// <summary>The bits that the model takes differ more from symbol to symbol.</summary>
    Uneven,

    /// <summary>They differ less.</summary>
    Even,

    /// <summary>Its likeliest label is less far ahead of the others.</summary>
    LabelsClose,

    /// <summary>It is farther ahead.</summary>
    LabelsApart,

    /// <summary>The model takes more bits for it, beside those of a background model.</summary>
    Ratio,
}
