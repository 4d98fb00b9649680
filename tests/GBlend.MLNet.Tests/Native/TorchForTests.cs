using System.Runtime.CompilerServices;
using GBlend.MLNet.Native;

namespace GBlend.MLNet.Tests.Native;

/// <summary>Many tests use torch before any type of the library, in whatever order they run: the library is touched before all of them.</summary>
internal static class TorchForTests
{
#pragma warning disable CA2255 // The rule is about libraries that others use; nobody uses this assembly.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialize() => RuntimeHelpers.RunModuleConstructor(typeof(TorchNativeLoader).Module.ModuleHandle);
}
