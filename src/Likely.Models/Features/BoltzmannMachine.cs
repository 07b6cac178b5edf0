using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// A restricted Boltzmann machine: p(v, h) = exp(b v + c h + v W h) / Z of binary v and h; with Gaussian visible units -|v - b|^2 / 2 in place of b v, with Gaussian hidden units -|h - c|^2 / 2 in place of c h. It learns by
/// contrastive divergence (Hinton 2002): the free energy of rows falls and that of what some steps of Gibbs sampling make of them rises, or of what chains that go on from step to step have reached (Tieleman 2008).
/// </summary>
sealed unsafe class BoltzmannMachine
{
    readonly bool _isGaussian, _hasGaussianHidden;
    float[]? _centre; // m, the mean of the rows, which is taken from the visible units while the machine learns, so that weights need not learn it (Montavon and Mueller 2012)

    /// <param name="scope">Where the weights go.</param>
    /// <param name="visible">Visible units.</param>
    /// <param name="hidden">Hidden units.</param>
    /// <param name="isGaussian">Whether the visible ones are Gaussian.</param>
    /// <param name="hasGaussianHidden">Whether the hidden ones are.</param>
    public BoltzmannMachine(ParameterScope scope, int visible, int hidden, bool isGaussian, bool hasGaussianHidden = false)
    {
        (_isGaussian, _hasGaussianHidden) = (isGaussian, hasGaussianHidden);
        Weight = scope.Weight("weight", 1, visible, hidden, 0.01 * Math.Sqrt(visible));
        (HiddenBias, VisibleBias) = (scope.At("hidden").Bias("bias", hidden), scope.At("visible").Bias("bias", visible));
    }

    /// <summary>[1, visible, hidden].</summary>
    public Parameter Weight { get; }

    /// <summary>[1, 1, hidden].</summary>
    public Parameter HiddenBias { get; }

    /// <summary>[1, 1, visible].</summary>
    public Parameter VisibleBias { get; }

    /// <summary>Trains the machine, whose set has its memory; returns the mean squared distance of rows and what one step makes of them.</summary>
    /// <param name="stage">What this is called.</param>
    /// <param name="set">The set that holds the weights.</param>
    /// <param name="rows">What is learned from.</param>
    /// <param name="plan">How long and how fast.</param>
    /// <param name="steps">Steps of Gibbs sampling.</param>
    /// <param name="isPersistent">Whether chains go on.</param>
    /// <param name="options">Seed and progress.</param>
    /// <param name="part">Where this begins within all fitting, and its share.</param>
    public double Learn(string stage, ParameterSet set, RowBlocks rows, DescentPlan plan, int steps, bool isPersistent, FitOptions options, (double, double) part)
    {
        var mean = rows.Mean();
        if (options.Journal?.Find(stage) is null) StartFrom(mean, rows.Rows);
        _centre = Array.ConvertAll(mean, value => (float)value);
        var random = new Philox(options.Seed, RandomPurpose.Sampling, Philox.Hash(stage));
        // One chain for each place of a batch, which begin as the rows of the first step.
        var chains = isPersistent ? new Matrix(Math.Min(plan.Batch, rows.Rows), rows.Width) : null;
        var descent = new RowDescent(stage, set, rows, plan, options) { Part = part, Beside = chains };
        var distance = descent.Run((tape, batch) =>
        {
            var model = batch.Beside(0, rows.Width);
            for (var i = 0; i < batch.Count; i++) (chains is null || batch.Step == 0 ? batch.Rows[i] : chains[batch.First + i]).CopyTo(model[i]);
            var lost = Walk(model, random, (batch.Step, batch.First), steps, batch.Aside, batch.Rows);
            for (var i = 0; i < batch.Count && chains is not null; i++) model[i].CopyTo(chains[batch.First + i]);
            Energies(tape, batch.Rows, batch.Scale);
            Energies(tape, model, -batch.Scale);
            return lost;
        });
        Uncentre();
        return distance;
    }

    /// <summary>-F of rows on a tape, [1, B, 1]: a loss.</summary>
    public Tensor Energies(Tape tape, Matrix rows, float scale) => Ops.FreeEnergies(Inputs(tape, rows), rows, VisibleBias, _isGaussian, _hasGaussianHidden, scale);

    /// <summary>c + v W, [1, B, hidden]; while it learns c + (v - m) W.</summary>
    public Tensor Inputs(Tape tape, Matrix rows) => Ops.Linear(Ops.Given(tape, _centre is null ? rows : Centred(rows)), Weight, HiddenBias);

    /// <summary>b + W h, [1, B, visible].</summary>
    public Tensor Outputs(Tensor hidden) => Ops.AddBias(Ops.Scores(hidden, Weight, Weight.Inputs), VisibleBias);

    /// <summary>Rows that Gibbs sampling has reached after some steps from visible units alone; each depends on its number and not on those beside it.</summary>
    public Matrix Draw(in Philox random, long first, int count, int steps)
    {
        var (visible, tape) = (new Matrix(count, Weight.Inputs), new Tape());
        for (var step = 0; step <= steps; step++)
        {
            // The first ones are drawn as no hidden unit was on.
            Tensor hidden;
            if (step > 0) Draw(hidden = Inputs(tape, visible), hidden.Data, hidden.Stride, random, (0, (int)first), 2 * (uint)step, _hasGaussianHidden);
            else hidden = Ops.Zeros(tape, new Shape(1, count, Weight.Outputs));
            var means = Outputs(hidden);
            Draw(means, visible.Data, visible.Stride, random, (0, (int)first), 2 * (uint)step + 1, _isGaussian);
            tape.Reset();
        }
        return visible;
    }

    // Visible units begin as likely as they are, and weights small (Hinton 2012).
    void StartFrom(double[] means, int rows) => VisibleBias.Assign(Array.ConvertAll(means, mean => (float)(_isGaussian ? mean : LogOdds(mean, rows))));

    Matrix Centred(Matrix rows)
    {
        var centred = new Matrix(rows.Rows, rows.Columns);
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> from = rows[i], to = centred[i];
            for (var d = 0; d < to.Length; d++) to[d] = from[d] - _centre![d];
        }
        return centred;
    }

    // The same machine of rows as they are: c - m W.
    void Uncentre()
    {
        var (weights, biases) = (Weight.ToMatrix(), HiddenBias.ToArray());
        for (var h = 0; h < biases.Length; h++)
        {
            var sum = (double)biases[h];
            for (var d = 0; d < _centre!.Length; d++) sum -= (double)_centre[d] * weights[d][h];
            biases[h] = (float)sum;
        }
        HiddenBias.Assign(biases);
        _centre = null;
    }

    /// <summary>log p / (1 - p) of a share of some rows, which is taken for neither 0 nor 1.</summary>
    public static double LogOdds(double share, int rows)
    {
        var likely = (share * rows + 0.5) / (rows + 1.0);
        return ExactMath.Log(likely / (1 - likely));
    }

    // Steps of Gibbs sampling in place; the summed squared distance between rows and the mean of the first step.
    double Walk(Matrix visible, in Philox random, (long Step, int First) address, int steps, Tape tape, Matrix rows)
    {
        var lost = 0.0;
        for (var step = 0; step < steps; step++)
        {
            var hidden = Inputs(tape, visible);
            Draw(hidden, hidden.Data, hidden.Stride, random, address, 2 * (uint)step, _hasGaussianHidden);
            var means = Outputs(hidden);
            if (step == 0) lost = Distance(means, rows);
            Draw(means, visible.Data, visible.Stride, random, address, 2 * (uint)step + 1, _isGaussian);
            tape.Reset();
        }
        GC.KeepAlive(visible);
        return lost;
    }

    double Distance(Tensor means, Matrix rows)
    {
        var total = 0.0;
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows[i];
            for (var d = 0; d < row.Length; d++)
            {
                var mean = means.Data[(long)i * means.Stride + d];
                var difference = row[d] - (_isGaussian ? mean : Exponential.Sigmoid(mean));
                total += difference * difference;
            }
        }
        return total;
    }

    /// <summary>Draws units from what enters them, row by row: binary ones or, with deviation 1, Gaussian ones.</summary>
    public static void Draw(Tensor inputs, float* to, long stride, in Philox random, (long Step, int First) address, uint turn, bool isGaussian)
    {
        var keys = stackalloc uint[20];
        Dropout.Keys(random, keys);
        for (var i = 0; i < inputs.Batch; i++)
        {
            var (major, minor) = ((ulong)address.Step << 32 | (uint)(address.First + i), (ulong)turn << 32);
            float* from = inputs.Data + (long)i * inputs.Stride, row = to + i * stride;
            if (!isGaussian) BernoulliDraws.Row(keys, major, minor, from, row, inputs.Channels);
            else
                for (var n = 0; n < inputs.Channels; n++) row[n] = (float)(from[n] + random.Normal(major, minor | (uint)n));
        }
    }
}
