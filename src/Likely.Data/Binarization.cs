namespace Likely;

/// <summary>
/// How grey values become 0 and 1. Threshold: value > 127. Static: 1 with probability value/255, drawn once with a
/// fixed seed. Dynamic: drawn anew in every epoch for training, the static draw for validation and test
/// (Salakhutdinov and Murray 2008; Burda et al. 2016).
/// </summary>
public enum Binarization { None, Threshold, Static, Dynamic }
