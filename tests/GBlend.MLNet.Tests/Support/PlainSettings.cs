using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>Settings of a short, plain training on the CPU, for tests to change what they are about.</summary>
internal static class PlainSettings
{
    internal static TrainingSettings Of(Blending blending, params ModalitySpec[] modalities) => new()
    {
        Modalities = modalities,
        Blending = blending,
        Fusion = Fusion.Concat(8),
        Answer = Answer.Auto,
        FinalNetworks = FinalNetworks.Auto,
        LeavesOutMissing = false,
        NumberOfEpochs = 30,
        BatchSize = 64,
        MicroBatchSize = null,
        LearningRate = 0.01,
        Optimizer = Optimizer.Sgd(),
        WeightDecay = 0,
        LearningRateSchedule = LearningRateSchedule.Constant(),
        GradientClipping = 0,
        EarlyStoppingPatience = null,
        FinalWeights = FinalWeights.LastEpoch,
        RefitJointHeadEpochs = 0,
        Shuffle = true,
        Seed = 0,
        Device = TrainingDevice.Cpu,
        GpuDeviceId = null,
        FallbackToCpu = true,
        NumberOfThreads = null,
        Precision = ScalarType.Float32,
    };
}
