using Likely.Tensors;
using Likely.Tests.Reference;

namespace Likely.Tests.Tensors;

/// <summary>
/// The shapes on which product kernels are checked: those of the models and odd ones. Per kernel form: every pair of input and
/// output channels on a small image; 1 to 13 rows and 208 (each rest of the register tiles); images of one position, one row, and
/// 28x28, where the kernels work in blocks.
/// </summary>
static class KernelCases
{
    public static IEnumerable<string> Kernels => ["1x1", "7x7 mask A", "3x3 mask B", "3x7 above", "1x2 left"];

    public static IEnumerable<ConvolutionShape> Convolutions(string kernel)
    {
        foreach (var inputs in new[] { 1, 3, 5, 16, 32, 100 })
            foreach (var outputs in new[] { 1, 10, 16, 20, 32, 64, 100, 256 })
                yield return Shape(kernel, 5, 4, inputs * outputs > 8000 ? 1 : 2, inputs, outputs);
        for (var batch = 1; batch <= 13; batch++)
        {
            yield return Shape(kernel, 1, 1, batch, 5, 100);
            yield return Shape(kernel, 1, 7, batch, 3, 20);
            yield return Shape(kernel, 5, 4, batch, 16, 10);
        }
        yield return Shape(kernel, 1, 1, 26 * 8, 16, 32);
        yield return Shape(kernel, 1, 26, 8, 32, 64);
        yield return Shape(kernel, 28, 28, 1, 1, 64);
        yield return Shape(kernel, 28, 28, 9, 5, 20); // more than one block of image rows, and of rows in linear maps
    }

    static ConvolutionShape Shape(string kernel, int height, int width, int batch, int inputs, int outputs)
        => new(kernel, height, width, batch, inputs, outputs, Taps(kernel));

    public static (int, int)[] Taps(string kernel)
    {
        var above = new List<(int, int)>();
        for (var row = -3; row < 0; row++)
            for (var column = -3; column <= 3; column++) above.Add((row, column));
        return kernel switch
        {
            "1x1" => [(0, 0)],
            "7x7 mask A" => ConvolutionTaps.Masked(7, withCentre: false),
            "3x3 mask B" => ConvolutionTaps.Masked(3, withCentre: true),
            "3x7 above" => [.. above],
            _ => [(0, -1), (0, 0)],
        };
    }
}
