namespace System.Runtime.CompilerServices;

/// <summary>Tells the runtime, which knows this attribute by its name, to skip access checks for an assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
