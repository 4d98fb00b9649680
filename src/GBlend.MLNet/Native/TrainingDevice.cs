namespace GBlend.MLNet;

/// <summary>Where the network is trained and scored.</summary>
public enum TrainingDevice
{
    /// <summary>
    /// CUDA when the application brings a CUDA build of libtorch and a device is there, else the CPU. <c>MLContext.GpuDeviceId</c>
    /// picks the device; with <c>FallbackToCpu = false</c> its absence is an error.
    /// </summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first CUDA device, or that of <c>MLContext.GpuDeviceId</c>; an error where there is none.</summary>
    Cuda,
}
