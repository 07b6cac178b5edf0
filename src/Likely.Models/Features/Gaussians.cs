using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What log-densities of rows under some Gaussians are computed from. With z = L' (x - m) of an inverse covariance L L', log N(x) = log det L - (D log 2 pi + |z|^2) / 2; of diagonal ones z = (x - m) / s.
/// What is mapped is x - m, or where all have one L, x and m less the mean of all means, as numbers far from zero would leave no digits to differences of maps.
/// </summary>
sealed class Gaussians
{
    const double LogTwoPi = 1.8378770664093453;

    readonly int _dimensions, _components;
    readonly string _covariance;
    readonly double[] _constants;
    readonly Matrix[] _maps, _shifts;
    readonly double[] _below;
    readonly float[] _means;
    readonly Matrix[] _away; // of full covariances -m of each, of a tied one that of all

    /// <param name="logWeights">log w.</param>
    /// <param name="means">[K, D].</param>
    /// <param name="scales">Of diagonal covariances the inverse deviations [K, D], of full ones L [K, D, D], of a tied one L [D, D].</param>
    /// <param name="covariance">Which of these.</param>
    /// <param name="dimensions">D.</param>
    public Gaussians(float[] logWeights, float[] means, float[] scales, string covariance, int dimensions)
    {
        (_means, _below) = (means, new double[logWeights.Length]);
        for (var k = 0; k < _below.Length; k++) _below[k] = ExactMath.Exp(logWeights[k]) + (k == 0 ? 0 : _below[k - 1]);
        (_dimensions, _components, _covariance, _constants) = (dimensions, logWeights.Length, covariance, new double[logWeights.Length]);
        var maps = covariance == "full" ? _components : 1;
        _maps = new Matrix[covariance == "diagonal" ? 0 : maps];
        for (var map = 0; map < _maps.Length; map++)
        {
            _maps[map] = new Matrix(dimensions, dimensions);
            for (var d = 0; d < dimensions; d++) scales.AsSpan((map * dimensions + d) * dimensions, dimensions).CopyTo(_maps[map][d]);
        }
        _away = new Matrix[_maps.Length];
        // Of diagonal ones the shifts hold means and inverse deviations; of a tied one what the means are mapped to.
        _shifts = covariance == "full" ? [] : [new Matrix(_components, dimensions), new Matrix(_components, dimensions)];
        for (var k = 0; k < _components; k++)
        {
            var determinant = 0.0;
            for (var d = 0; d < dimensions; d++)
                determinant += ExactMath.Log(Math.Max(covariance == "diagonal" ? scales[k * dimensions + d] : scales[((covariance == "full" ? k : 0) * dimensions + d) * dimensions + d], float.Epsilon));
            _constants[k] = logWeights[k] + determinant - dimensions * LogTwoPi / 2;
            var mean = means.AsSpan(k * dimensions, dimensions);
            if (covariance == "full") _away[k] = Away(mean);
            else mean.CopyTo(_shifts[0][k]);
            if (covariance == "diagonal") scales.AsSpan(k * dimensions, dimensions).CopyTo(_shifts[1][k]);
        }
        if (covariance != "tied") return;
        var all = _shifts[0];
        _away[0] = Away(Centroids.Mean(all));
        all.Plus(0, _components, _away[0], _shifts[1]);
        _shifts[1].Multiply(_components, _maps[0], null, all);
    }

    static Matrix Away(ReadOnlySpan<float> row)
    {
        var away = new Matrix(1, row.Length);
        for (var d = 0; d < row.Length; d++) away[0][d] = -row[d];
        return away;
    }

    /// <summary>log (w_k N_k(x)) of each row and Gaussian, [rows, K].</summary>
    public void Fill(Matrix x, Span<double> logs)
    {
        if (_covariance == "diagonal")
        {
            FillDiagonal(x, logs);
            return;
        }
        Matrix mapped = new(x.Rows, _dimensions), away = new(x.Rows, _dimensions);
        for (var k = 0; k < _components; k++)
        {
            if (_covariance == "full" || k == 0)
            {
                x.Plus(0, x.Rows, _away[k], away);
                away.Multiply(x.Rows, _maps[k], null, mapped);
            }
            for (var i = 0; i < x.Rows; i++) logs[i * _components + k] = _constants[k] - (double)(_covariance == "full" ? mapped.Dot(i, mapped, i) : mapped.SquaredDistance(i, _shifts[0], k)) / 2;
        }
    }

    void FillDiagonal(Matrix x, Span<double> logs)
    {
        const int Together = 32; // rows whose logarithms stay near
        Span<float> room = stackalloc float[Together];
        for (var first = 0; first < x.Rows; first += Together)
        {
            var squares = room[..Math.Min(Together, x.Rows - first)];
            for (var k = 0; k < _components; k++)
            {
                x.SquaredDistances(first, _shifts[0], k, _shifts[1], squares);
                for (var i = 0; i < squares.Length; i++) logs[(first + i) * _components + k] = _constants[k] - (double)squares[i] / 2;
            }
        }
    }

    /// <summary>A row x = m + L'^-1 z of normal z, of a Gaussian drawn by its weight.</summary>
    /// <param name="draws">What decides.</param>
    /// <param name="number">Which row.</param>
    /// <param name="row">Receives it.</param>
    public void Draw(Philox draws, ulong number, Span<float> row)
    {
        var (level, k, z) = (draws.UniformDouble(number, 0) * _below[^1], 0, new double[_dimensions]);
        while (k < _below.Length - 1 && level >= _below[k]) k++;
        for (var d = 0; d < z.Length; d++) z[d] = draws.Normal(number, 1 + (ulong)d);
        for (var d = 0; d < z.Length; d++)
        {
            var factor = _covariance == "diagonal" ? _shifts[1][k] : _maps[_covariance == "full" ? k : 0][d];
            z[d] /= factor[d];
            for (var e = d + 1; e < z.Length && _covariance != "diagonal"; e++) z[e] -= factor[e] * z[d];
            row[d] = (float)(_means[k * _dimensions + d] + z[d]);
        }
    }

    /// <summary>Turns logarithms into shares that sum to 1, and returns the logarithm of their sum. What is so much less than the largest that it changes no sum in double is no share.</summary>
    public static double Normalize(Span<double> logs)
    {
        const double Negligible = -37; // e^-37 is less than 2^-53
        var (most, sum, count) = (double.NegativeInfinity, 0.0, 0);
        foreach (var log in logs)
            if (log > most) most = log;
        // Listed without a branch, as nobody can guess which they are.
        var places = logs.Length <= 256 ? stackalloc int[logs.Length] : new int[logs.Length];
        for (var k = 0; k < logs.Length; k++)
        {
            places[count] = k;
            count += logs[k] - most < Negligible ? 0 : 1;
        }
        Span<double> room = stackalloc double[256];
        var shares = count <= room.Length ? room[..count] : new double[count];
        for (var i = 0; i < count; i++) sum += shares[i] = ExactMath.Exp(logs[places[i]] - most);
        logs.Clear();
        for (var i = 0; i < count; i++) logs[places[i]] = shares[i] / sum;
        return most + ExactMath.Log(sum);
    }
}
