using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>The optimizer's arithmetic over whole parameter blocks; lengths are multiples of 16.</summary>
static unsafe class Optimizers
{
    /// <summary>
    /// Adam (Kingma and Ba 2015, alg. 1) with decoupled weight decay (Loshchilov and Hutter 2019), and the running average of the weights:
    /// g += l2 w; m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= rate (m/c1) / (sqrt(v/c2) + eps) + rate decay w; a += (1-d)(w - a). With l1 the step is that of the proximal gradient in Adam's
    /// metric, w = sign(w) max(0, |w| - rate l1 / (sqrt(v/c2) + eps)), which rests where the loss plus l1 |w| is least, and at exact zeros, where the average is zero, too.
    /// Where the denominator is zero, the quotient is zero: without epsilon, a weight that has had no gradient (or one whose square vanishes) stays.
    /// </summary>
    public static void Adam(float* weights, float* gradient, float* first, float* second, float* average, long length,
        float rate, float beta1, float beta2, float correction1, float correction2, float epsilon, float decay, float l2, float l1, float averageRate, float gradientScale)
    {
        Vector512<float> b1 = Vector512.Create(beta1), b2 = Vector512.Create(beta2), n1 = Vector512.Create(1 - beta1), n2 = Vector512.Create(1 - beta2);
        Vector512<float> c1 = Vector512.Create(1 / correction1), c2 = Vector512.Create(1 / correction2), eps = Vector512.Create(epsilon);
        Vector512<float> lr = Vector512.Create(rate), wd = Vector512.Create(rate * decay), ar = Vector512.Create(averageRate), gs = Vector512.Create(gradientScale), ridge = Vector512.Create(l2), shrink = Vector512.Create(rate * l1);
        for (var i = 0L; i < length; i += 16)
        {
            var w = Vector512.Load(weights + i);
            var g = Vector512.FusedMultiplyAdd(ridge, w, Vector512.Load(gradient + i) * gs);
            var m = Vector512.FusedMultiplyAdd(b1, Vector512.Load(first + i), n1 * g);
            var v = Vector512.FusedMultiplyAdd(b2, Vector512.Load(second + i), n2 * (g * g));
            m.Store(first + i);
            v.Store(second + i);
            var denominator = Vector512.Sqrt(v * c2) + eps;
            var quotient = Vector512.ConditionalSelect(Vector512.Equals(denominator, Vector512<float>.Zero), Vector512<float>.Zero, (m * c1) / denominator);
            w = w - lr * quotient - wd * w;
            if (l1 > 0)
            {
                var size = Vector512.Max(Vector512<float>.Zero, Vector512.Abs(w) - shrink / denominator);
                w = Vector512.ConditionalSelect(Vector512.GreaterThan(w, Vector512<float>.Zero), size, Vector512<float>.Zero - size);
            }
            w.Store(weights + i);
            var a = Vector512.Load(average + i);
            var mean = Vector512.FusedMultiplyAdd(ar, w - a, a);
            if (l1 > 0) mean = Vector512.ConditionalSelect(Vector512.Equals(w, Vector512<float>.Zero), Vector512<float>.Zero, mean); // an average alone would only fall towards zero
            mean.Store(average + i);
        }
    }

    /// <summary>
    /// Nesterov's momentum of a matrix: g += l2 w; m = b m + (1 - b) g; to = b m + (1 - b) g. Columns need not be whole vectors, and none beyond them is touched.
    /// </summary>
    public static void Momentum(float* weights, float* gradient, float* momentum, int rows, int columns, nint stride, float* to, nint toStride, float beta, float l2, float gradientScale)
    {
        Vector512<float> b = Vector512.Create(beta), n = Vector512.Create(1 - beta), ridge = Vector512.Create(l2), gs = Vector512.Create(gradientScale);
        for (var r = 0; r < rows; r++, weights += stride, gradient += stride, momentum += stride, to += toStride)
        {
            var i = 0;
            for (; i + 16 <= columns; i += 16)
            {
                var g = ridge * Vector512.Load(weights + i) + gs * Vector512.Load(gradient + i);
                var m = b * Vector512.Load(momentum + i) + n * g;
                m.Store(momentum + i);
                (b * m + n * g).Store(to + i);
            }
            for (; i < columns; i++)
            {
                var g = l2 * weights[i] + gradientScale * gradient[i];
                var m = beta * momentum[i] + (1 - beta) * g;
                (momentum[i], to[i]) = (m, beta * m + (1 - beta) * g);
            }
        }
    }

    /// <summary>w -= rate step + decay w; a += (1-d)(w - a), of a matrix as in <see cref="Momentum"/>.</summary>
    public static void Step(float* weights, float* average, int rows, int columns, nint stride, float* step, nint stepStride, float rate, float decay, float averageRate)
    {
        Vector512<float> lr = Vector512.Create(rate), wd = Vector512.Create(decay), ar = Vector512.Create(averageRate);
        for (var r = 0; r < rows; r++, weights += stride, average += stride, step += stepStride)
        {
            var i = 0;
            for (; i + 16 <= columns; i += 16)
            {
                Vector512<float> w = Vector512.Load(weights + i), a = Vector512.Load(average + i);
                w = w - lr * Vector512.Load(step + i) - wd * w;
                w.Store(weights + i);
                (a + ar * (w - a)).Store(average + i);
            }
            for (; i < columns; i++)
            {
                var w = weights[i] - rate * step[i] - decay * weights[i];
                (weights[i], average[i]) = (w, average[i] + averageRate * (w - average[i]));
            }
        }
    }

    /// <summary>The sum of squares of a block, in double: 16 lanes of float pairs widened, one chain a lane, a fixed tree.</summary>
    public static double SumOfSquares(float* values, long length)
    {
        Vector512<double> low = Vector512<double>.Zero, high = low;
        for (var i = 0L; i < length; i += 16)
        {
            var (a, b) = Vector512.Widen(Vector512.Load(values + i));
            low = Vector512.FusedMultiplyAdd(a, a, low);
            high = Vector512.FusedMultiplyAdd(b, b, high);
        }
        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
