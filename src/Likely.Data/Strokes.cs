using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// The built-in data set: handwriting-like digits of 28 x 28, white on black as in MNIST. Image i of a part is a pure
/// function of (part, i). A writer has a hand (slant, aspect, thickness, unsteadiness, a bend of the paper); a digit is one
/// of its <see cref="DigitShapes"/> with its points shaken, drawn as a Catmull-Rom curve by a round pen whose pressure varies,
/// fitted into 20 x 20 pixels and centred by its centre of mass. Only + - * / and square roots, so all machines agree.
/// </summary>
public static class Strokes
{
    /// <summary>Height and width in pixels.</summary>
    public const int Side = 28;

    const ulong Seed = 1;
    const int PointsPerSpan = 7, MostPoints = 400;
    const double Box = 20, Margin = 1.5;

    // Minor addresses of the random numbers of one image.
    const ulong StyleAddress = 0, BendAddress = 64, KnotAddress = 256, PressureAddress = 4096;

    /// <summary>A point of the pen's path; Lifted says that the pen came down here.</summary>
    record struct PenPoint(double X, double Y, double Radius, bool Lifted);

    /// <summary>The digit that image <paramref name="index"/> of a part shows.</summary>
    public static int Label(int part, int index) => Hand(part).Below((ulong)index, StyleAddress, 10);

    /// <summary>Draws image <paramref name="index"/> of a part (0 train, 1 validation, 2 test) as [28, 28] of 0..255.</summary>
    public static void Draw(int part, int index, Span<byte> pixels)
    {
        var random = Hand(part);
        Span<PenPoint> storage = stackalloc PenPoint[MostPoints];
        var path = storage[..Trace(random, (ulong)index, Label(part, index), storage)];
        Fit(random, (ulong)index, path);
        Ink(random, (ulong)index, path, pixels);
    }

    static Philox Hand(int part) => new(Seed, RandomPurpose.Strokes, (ulong)part);

    /// <summary>About normal: the sum of four uniforms, scaled to unit variance; at most 3.5 in size.</summary>
    static double Normal(Philox random, ulong image, ulong minor)
    {
        var (a, b, c, d) = random.Block(image, minor);
        return ((double)a + b + c + d - 2.0 * uint.MaxValue) / uint.MaxValue * 1.7320508;
    }

    static double Between(Philox random, ulong image, ulong minor, double low, double high) =>
        low + (high - low) * random.UniformDouble(image, minor);

    /// <summary>The pen's path in units of the digit's height; returns the number of points.</summary>
    static int Trace(Philox random, ulong image, int digit, Span<PenPoint> path)
    {
        var weights = DigitShapes.Weights[digit];
        var draw = random.Below(image, StyleAddress + 1, weights[^1]);
        var shape = 0;
        while (draw >= weights[shape]) shape++;

        var shake = Between(random, image, StyleAddress + 2, 0.010, 0.036);
        var tension = Between(random, image, StyleAddress + 3, 0.42, 0.58);
        Span<DigitShapes.Knot> knots = stackalloc DigitShapes.Knot[24];
        var count = 0;
        var strokes = DigitShapes.Strokes[digit][shape];
        for (var s = 0; s < strokes.Length; s++)
        {
            var stroke = strokes[s];
            for (var i = 0; i < stroke.Length; i++)
            {
                var loose = i == 0 || i == stroke.Length - 1 ? 1.6 * shake : shake; // ends are less sure than the middle
                var address = KnotAddress + (ulong)(s * 64 + i * 2);
                knots[i] = Bend(random, image, new DigitShapes.Knot(stroke[i].X + loose * Normal(random, image, address),
                    stroke[i].Y + loose * Normal(random, image, address + 1), stroke[i].Corner));
            }
            count = Curve(knots[..stroke.Length], tension, path, count);
        }
        return count;
    }

    /// <summary>A slow distortion of the paper, the same for all points of an image.</summary>
    static DigitShapes.Knot Bend(Philox random, ulong image, DigitShapes.Knot knot)
    {
        double x = knot.X - 0.33, y = knot.Y - 0.5;
        double A(ulong i) => 0.16 * Normal(random, image, BendAddress + i);
        return knot with
        {
            X = knot.X + A(0) * (y * y - 0.08) + A(1) * x * y + 1.2 * A(2) * y * (y * y - 0.15),
            Y = knot.Y + A(3) * x * y + A(4) * (x * x - 0.05) + 0.9 * A(5) * (y * y - 0.08),
        };
    }

    /// <summary>Appends a Catmull-Rom curve through the knots.</summary>
    static int Curve(ReadOnlySpan<DigitShapes.Knot> knots, double tension, Span<PenPoint> path, int count)
    {
        path[count++] = new PenPoint(knots[0].X, knots[0].Y, 1, Lifted: true);
        for (var i = 0; i + 1 < knots.Length; i++)
        {
            DigitShapes.Knot from = knots[i], to = knots[i + 1];
            var before = i > 0 && !from.Corner ? knots[i - 1] : from;
            var after = i + 2 < knots.Length && !to.Corner ? knots[i + 2] : to;
            double fromX = tension * (to.X - before.X), fromY = tension * (to.Y - before.Y);
            double toX = tension * (after.X - from.X), toY = tension * (after.Y - from.Y);
            for (var step = 1; step <= PointsPerSpan; step++)
            {
                var t = step / (double)PointsPerSpan;
                double a = (1 + 2 * t) * (1 - t) * (1 - t), b = t * (1 - t) * (1 - t), c = t * t * (3 - 2 * t), d = t * t * (t - 1);
                path[count++] = new PenPoint(a * from.X + b * fromX + c * to.X + d * toX, a * from.Y + b * fromY + c * to.Y + d * toY, 1, Lifted: false);
            }
        }
        return count;
    }

    /// <summary>Slants, turns and scales the path into pixels, centred by its centre of mass, and gives the pen its width.</summary>
    static void Fit(Philox random, ulong image, Span<PenPoint> path)
    {
        var slant = Math.Clamp(0.12 + 0.2 * Normal(random, image, StyleAddress + 8), -0.35, 0.6);
        var halfTurn = 0.045 * Normal(random, image, StyleAddress + 9); // tangent of half the angle
        double cosine = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn), sine = 2 * halfTurn / (1 + halfTurn * halfTurn);
        var aspect = Math.Clamp(1.08 + 0.19 * Normal(random, image, StyleAddress + 10), 0.6, 1.5);
        var size = Box + Between(random, image, StyleAddress + 11, -1.5, 0.5);
        var radius = Math.Clamp(1.22 + 0.3 * Normal(random, image, StyleAddress + 12), 0.7, 2.1);

        double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
        foreach (ref var point in path)
        {
            double x = aspect * (point.X - 0.33) - slant * (point.Y - 0.5), y = point.Y - 0.5;
            (point.X, point.Y) = (cosine * x - sine * y, sine * x + cosine * y);
            (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
            (top, bottom) = (Math.Min(top, point.Y), Math.Max(bottom, point.Y));
        }
        var scale = (size - 2 * radius) / Math.Max(bottom - top, right - left);
        double length = 0, massX = 0, massY = 0;
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i].Lifted) continue;
            double dx = path[i].X - path[i - 1].X, dy = path[i].Y - path[i - 1].Y, step = Math.Sqrt(dx * dx + dy * dy);
            length += step;
            massX += step * (path[i].X + path[i - 1].X) / 2;
            massY += step * (path[i].Y + path[i - 1].Y) / 2;
        }
        var shiftX = Place(massX / length * scale, left * scale - radius, right * scale + radius);
        var shiftY = Place(massY / length * scale, top * scale - radius, bottom * scale + radius);
        for (var i = 0; i < path.Length; i++)
            path[i] = path[i] with { X = path[i].X * scale + shiftX, Y = path[i].Y * scale + shiftY, Radius = radius * Pressure(random, image, path, i) };
    }

    /// <summary>The shift that brings a mass to the middle, as far as the margin allows.</summary>
    static double Place(double mass, double low, double high) => Math.Clamp(Side / 2.0 - mass, Margin - low, Math.Max(Margin - low, Side - Margin - high));

    /// <summary>Slow waves of pressure along the path, and a lighter touch where the pen comes down and leaves.</summary>
    static double Pressure(Philox random, ulong image, ReadOnlySpan<PenPoint> path, int i)
    {
        const int wave = 14;
        double t = i % wave / (double)wave, smooth = t * t * (3 - 2 * t);
        var slow = (1 - smooth) * Normal(random, image, PressureAddress + (ulong)(i / wave)) + smooth * Normal(random, image, PressureAddress + (ulong)(i / wave) + 1);
        var isEnd = path[i].Lifted || i + 1 == path.Length || path[i + 1].Lifted;
        return Math.Clamp(1 + 0.11 * slow, 0.75, 1.3) * (isEnd ? 0.82 : 1);
    }

    /// <summary>Each pixel takes the strongest ink of all spans: a soft edge around the distance to the span.</summary>
    static void Ink(Philox random, ulong image, ReadOnlySpan<PenPoint> path, Span<byte> pixels)
    {
        var soft = Between(random, image, StyleAddress + 16, 0.9, 1.5);
        Span<double> ink = stackalloc double[Side * Side];
        ink.Clear();
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i].Lifted) continue;
            PenPoint from = path[i - 1], to = path[i];
            double dx = to.X - from.X, dy = to.Y - from.Y, squared = dx * dx + dy * dy;
            var reach = Math.Max(from.Radius, to.Radius) + soft / 2;
            int top = Math.Max(0, (int)(Math.Min(from.Y, to.Y) - reach)), bottom = Math.Min(Side - 1, (int)(Math.Max(from.Y, to.Y) + reach));
            int left = Math.Max(0, (int)(Math.Min(from.X, to.X) - reach)), right = Math.Min(Side - 1, (int)(Math.Max(from.X, to.X) + reach));
            for (var y = top; y <= bottom; y++)
                for (var x = left; x <= right; x++)
                {
                    double px = x + 0.5 - from.X, py = y + 0.5 - from.Y;
                    var along = squared > 0 ? Math.Clamp((px * dx + py * dy) / squared, 0, 1) : 0;
                    double offX = px - along * dx, offY = py - along * dy, distance = offX * offX + offY * offY;
                    if (distance >= reach * reach) continue;
                    var edge = (from.Radius + along * (to.Radius - from.Radius) + soft / 2 - Math.Sqrt(distance)) / soft;
                    if (edge > ink[y * Side + x]) ink[y * Side + x] = edge;
                }
        }
        for (var i = 0; i < ink.Length; i++)
        {
            var t = Math.Min(1, ink[i]);
            pixels[i] = (byte)(255 * (t * t * (3 - 2 * t)) + 0.5);
        }
    }
}
