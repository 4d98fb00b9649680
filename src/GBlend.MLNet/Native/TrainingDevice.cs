namespace GBlend.MLNet;

/// <summary>The devices on which a network can be trained and scored.</summary>
public enum TrainingDevice
{
    /// <summary>
    /// The network uses CUDA when the application brings a CUDA build of libtorch and there is a device, and the CPU otherwise.
    /// <c>MLContext.GpuDeviceId</c> picks the device; with <c>FallbackToCpu = false</c> it is an error when that device is missing.
    /// </summary>
    Auto,

    /// <summary>The network uses the CPU.</summary>
    Cpu,

    /// <summary>The network uses the first CUDA device, or the one that <c>MLContext.GpuDeviceId</c> picks; it is an error when there is none.</summary>
    Cuda,
}
