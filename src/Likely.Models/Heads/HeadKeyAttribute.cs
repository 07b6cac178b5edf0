namespace Likely.Models;

/// <summary>The key <c>head</c> of a model that leaves the choice of its <see cref="Head"/>: <c>auto</c>, or one by its name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HeadKeyAttribute() : KeyAttribute("distribution of a symbol; auto: bernoulli for 2 levels, mixture for colours of 256, else softmax", [Head.Auto, .. Head.Names]);
