using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>From what the user asked for and what the machine has to a torch device.</summary>
internal static class TorchDevices
{
    internal static Device Resolve(TrainingDevice wanted, int? gpuDeviceId, bool fallbackToCpu, Action<string> warn)
    {
        if (wanted == TrainingDevice.Cpu)
            return CPU;
        if (cuda.is_available())
        {
            int index = gpuDeviceId ?? 0;
            if (index < cuda.device_count())
                return device($"cuda:{index}");
        }
        bool asked = wanted == TrainingDevice.Cuda || gpuDeviceId is not null;
        string missing = $"No CUDA device {gpuDeviceId ?? 0} is available to torch. The application must reference TorchSharp-cuda-linux or "
            + $"TorchSharp-cuda-windows instead of a CPU build, and the driver must see the device.";
        if (wanted == TrainingDevice.Cuda || (asked && !fallbackToCpu))
            throw new InvalidOperationException(missing + (wanted == TrainingDevice.Cuda ? " Or set Device to Auto." : " Or set MLContext.FallbackToCpu."));
        if (asked)
            warn(missing + " The CPU is used.");
        return CPU;
    }
}
