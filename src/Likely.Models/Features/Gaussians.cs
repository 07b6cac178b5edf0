using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What log-densities of rows under some Gaussians are computed from. With z = L' (x - m) of an inverse covariance L L', log N(x) = log det L - (D log 2 pi + |z|^2) / 2; of diagonal ones z = (x - m) / s.
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
        // Of diagonal ones the shifts hold means and inverse deviations; of others what the mean's map is.
        _shifts = [new Matrix(_components, dimensions), new Matrix(_components, dimensions)];
        for (var k = 0; k < _components; k++)
        {
            var determinant = 0.0;
            for (var d = 0; d < dimensions; d++)
                determinant += ExactMath.Log(Math.Max(covariance == "diagonal" ? scales[k * dimensions + d] : scales[((covariance == "full" ? k : 0) * dimensions + d) * dimensions + d], float.Epsilon));
            _constants[k] = logWeights[k] + determinant - dimensions * LogTwoPi / 2;
            var mean = means.AsSpan(k * dimensions, dimensions);
            if (covariance == "diagonal")
            {
                mean.CopyTo(_shifts[0][k]);
                scales.AsSpan(k * dimensions, dimensions).CopyTo(_shifts[1][k]);
                continue;
            }
            var (row, mapped) = (new Matrix(1, dimensions), new Matrix(1, dimensions));
            mean.CopyTo(row[0]);
            row.Multiply(1, _maps[covariance == "full" ? k : 0], null, mapped);
            mapped[0].CopyTo(_shifts[0][k]);
        }
    }

    /// <summary>log (w_k N_k(x)) of each row and Gaussian, [rows, K].</summary>
    public void Fill(Matrix x, Span<double> logs)
    {
        if (_covariance == "diagonal")
        {
            FillDiagonal(x, logs);
            return;
        }
        var mapped = new Matrix(x.Rows, _dimensions);
        if (_covariance == "tied") x.Multiply(x.Rows, _maps[0], null, mapped);
        for (var k = 0; k < _components; k++)
        {
            if (_covariance == "full") x.Multiply(x.Rows, _maps[k], null, mapped);
            for (var i = 0; i < x.Rows; i++) logs[i * _components + k] = _constants[k] - (double)mapped.SquaredDistance(i, _shifts[0], k) / 2;
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
