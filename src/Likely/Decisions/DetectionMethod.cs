namespace Likely;

/// <summary>By what items are told from normal ones; see <see cref="Detector"/>.</summary>
public enum DetectionMethod
{
    /// <summary>With some hundred normal items or more, half of which go into its density, all that can be had, where there is more than the likelihood: whether the model's bits, how they differ from symbol to symbol, those of codes that know nothing of it and with a background model the ratio are usual together (after Morningstar et al. 2021, arXiv:2006.09273); the regard in which an item is farthest out speaks.</summary>
    Combined,

    /// <summary>-log p(x) a dimension: what the model finds unlikely. Fails where the data are complicated and the others simple.</summary>
    Likelihood,

    /// <summary>Both ends of -log p(x) a dimension (after Nalisnick et al. 2019, arXiv:1906.02994, for single items).</summary>
    Typicality,

    /// <summary>Bits of the model less bits of a code that knows nothing of it (Serra et al. 2020, arXiv:1909.11480).</summary>
    Complexity,

    /// <summary>Bits of the model less bits of a background model (Ren et al. 2019, arXiv:1906.02845).</summary>
    Ratio,
}
