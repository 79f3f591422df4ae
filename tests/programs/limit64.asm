; max-instructions: 1000
; expect: stop=limit instructions=1000
here:
  jmp here
