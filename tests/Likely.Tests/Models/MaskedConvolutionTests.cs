using Likely.Models;
using Likely.Models.Layers;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

public sealed class MaskedConvolutionTests
{
    [Fact]
    public void A_pass_that_would_lose_gradients_is_refused()
    {
        var set = new ParameterSet();
        var layer = new MaskedConvolution(new ParameterScope(set), [(0, -1), (0, 0)], 2, 3);
        set.Allocate(1);
        var run = new Run(1, new Extent(1, 1, 8));
        Assert.Equal(new Shape(2, 1, 3), layer.Forward(run.Memory.New(new Shape(2, 1, 2)), run.Next(0, 2)).Shape);
        var tape = new Tape(recording: true);
        Assert.Contains("passes no gradient on", Assert.Throws<InvalidOperationException>(() => layer.Forward(tape.New(new Shape(2, 1, 2)), run.On(tape, 2, 2))).Message);
    }
}
