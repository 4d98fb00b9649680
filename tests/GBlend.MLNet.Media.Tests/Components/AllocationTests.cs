using GBlend.MLNet.Tests;
using Microsoft.ML;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Tests of what a process allocates, which no other test may run beside.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AllocationsCollection
{
    internal const string Name = "Allocations of the process";
}

/// <summary>Small files that others have made large memory of.</summary>
[Collection(AllocationsCollection.Name)]
public sealed class AllocationTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    /// <summary>Two primes have no common divisor, so that each output sample has a filter of its own.</summary>
    [Fact]
    public void Rates_without_a_common_divisor_take_little_memory()
    {
        string path = _media.Wav("odd.wav", TestMedia.Tone(500, 0.2, 999_983), 999_983);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = 10 }).Read<float>(_ml.Paths(path)));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 100 << 20);
    }

    [SharedFact]
    public void Sound_with_a_pause_of_hours_takes_little_memory()
    {
        string path = SharedFolder.PathTo("cases", "media", "sound-gap.mkv");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        try
        {
            Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = 50 }).Read<float>(_ml.Paths(path)));
        }
        catch (InvalidDataException)
        {
            // Refused by a limit of length is as good.
        }
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 200 << 20);
    }
}
