using Likely.Tensors;

namespace Likely.Models;

/// <summary>Who is shown one inner state of a model while a run goes on.</summary>
/// <param name="State">Its index among <see cref="AutoregressiveModel.States"/>.</param>
/// <param name="Read">Given the first position, as the pass counts, and the values [positions, B, width], which it may read now and not later.</param>
sealed record StateObserver(int State, Action<int, Tensor> Read);
