using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Recipes;

/// <summary>What this machine has and how fast it trains.</summary>
/// <param name="Device">In words.</param>
/// <param name="MultiplyAddsPerSecond">Of forward passes in training; a training step is counted as three forward passes.</param>
/// <param name="MemoryBytes">That the process may use.</param>
/// <param name="FreeDiskBytes">Where temporary files go.</param>
/// <param name="Processors">How many.</param>
internal sealed record Hardware(string Device, double MultiplyAddsPerSecond, double MemoryBytes, double FreeDiskBytes, int Processors)
{
    /// <summary>A step, in forward passes: forward, and backward to inputs and to weights.</summary>
    public const int StepCost = 3;

    private const double Seconds = 2;

    /// <summary>Trains a narrow network of the recipe's kind for about two seconds on the device that a fit would take.</summary>
    public static Hardware Measure(Recipe recipe, CancellationToken cancelled)
    {
        string visual = recipe.Modalities.FirstOrDefault(m => m != Networks.Sound) ?? Networks.Sound;
        int[] shape = visual == Networks.Sound ? Networks.ShapeOf(recipe, visual) : [8, 64, 64, visual == Networks.Flow ? 2 : 3];
        var shallow = recipe with { Visual = recipe.Visual with { Depth = recipe.Visual.Depth >= 50 ? 50 : recipe.Visual.Depth } };
        var encoder = Networks.EncoderOf(shallow, visual);
        var cost = NetworkCost.Of(encoder, shape);
        bool hasCuda = cuda.is_available();
        var device = hasCuda ? CUDA : CPU;
        int batch = hasCuda ? 16 : 1;
        using var network = encoder.Build(shape);
        network.to(device);
        int steps = 0;
        var watch = new Stopwatch();
        // The first step also finds its kernels; it is not counted.
        for (int step = 0; step == 0 || watch.Elapsed.TotalSeconds < Seconds; step++)
        {
            cancelled.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var loss = network.call(randn([batch, .. shape.Select(s => (long)s)], device: device)).mean();
            loss.backward();
            if (hasCuda)
                cuda.synchronize();
            if (step == 0)
                watch.Start();
            else
                steps++;
        }
        double rate = steps * batch * cost.MultiplyAdds * StepCost / watch.Elapsed.TotalSeconds;
        string temporary = Path.GetTempPath();
        return new(hasCuda ? "the first CUDA device" : $"{Environment.ProcessorCount} CPU cores", rate, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            new DriveInfo(temporary).AvailableFreeSpace, Environment.ProcessorCount);
    }
}
